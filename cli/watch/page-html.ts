import type { PageAssets } from "../picture/page-assets.ts";
import { html, jsonForScript, Markup } from "../report/html/markup.ts";
import { head } from "../report/html/page-head.ts";
import type { PageData } from "./page-data.ts";

/** The page that asks its own server for script, style and events. */
export function servedPage(data: PageData): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The lab, live</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="page.css">
</head>
${body(data)}
<script src="page.js"></script>
</body>
</html>
`.text;
}

/** A stored run as one file that needs no server and no network. */
export function filmPage(title: string, data: PageData, { script, style }: PageAssets): string {
  return html`${head(title, { script, style })}<style>${new Markup(style)}</style>
</head>
${body(data)}
<script>${new Markup(script)}</script>
</body>
</html>
`.text;
}

function body(data: PageData): Markup {
  return html`<body>
<main id="main"><noscript><p>This picture moves, which takes a script; this browser runs none.</p></noscript></main>
<script type="application/json" id="data">${jsonForScript(data)}</script>`;
}
