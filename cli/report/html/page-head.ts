import { createHash } from "node:crypto";
import { harmless } from "../text.ts";
import { html, type Markup } from "./markup.ts";

export interface Assets {
  script: string;
  style: string;
}

/**
 * Head of a page that stands alone: its policy allows this very script and this very style sheet, and nothing else: no
 * network, no other script, no frame, no form.
 */
export function head(title: string, { script, style }: Assets): Markup {
  const policy = [
    "default-src 'none'",
    `script-src '${hash(script)}'`,
    `style-src '${hash(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<meta name="generator" content="session lab">
<title>${harmless(title)}</title>
`;
}

/** What a browser compares with the content of a script or style element. https://www.w3.org/TR/CSP3/#hash-source */
function hash(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
