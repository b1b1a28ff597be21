/** What every page of the app shares: the app server's name as large as the screen allows, on a colour of its own. */
import { Html, html } from "./html.ts";
import { lookOf } from "./look.ts";
import { STYLE } from "./style.ts";

export interface Frame {
  readonly appServer: string;
  readonly bootId: string;
  readonly uptimeSeconds: number;
  /** null: the request did not come through the balancer. */
  readonly policy: string | null;
  readonly store: string | null;
  /** The same architecture with another store. */
  readonly elsewhere: readonly { readonly store: string; readonly url: string }[];
}

export function frame(page: Frame, title: string, main: Html): string {
  const { appServer, bootId, uptimeSeconds, policy, store, elsewhere } = page;
  const { name: look, shape, background } = lookOf(appServer);
  const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1" fill="${background}"/></svg>`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${appServer}: ${title}</title>
<link rel="icon" href="data:image/svg+xml,${encodeURIComponent(icon)}">
<style>${new Html(STYLE)}</style>
</head>
<body class="${look}">
<header>
<p>This answer comes from</p>
<h1 class="${appServer.length > 6 ? "long" : "short"}"><span class="shape" aria-hidden="true">${shape}</span>${appServer}</h1>
<dl>
<dt>balancing policy</dt><dd>${policy ?? "none: no balancer"}</dd>
<dt>session store</dt><dd>${store ?? "none"}</dd>
<dt>boot id</dt><dd>${bootId.slice(0, 8)}</dd>
<dt>up for</dt><dd>${duration(uptimeSeconds)}</dd>
</dl>
</header>
<main>
${main}
</main>
<footer><a class="button" href="/">Reload</a>
${elsewhere.length > 0 ? html`<nav>Other stores: ${elsewhere.map(({ store: other, url }) => html`<a href="${url}">${other}</a> `)}</nav>` : null}</footer>
</body>
</html>
`.text;
}

/** Such as `59 s`, `3 min 05 s`, `2 h 03 min`. */
export function duration(seconds: number): string {
  const whole = Math.floor(seconds);
  const twoDigits = (value: number) => String(value).padStart(2, "0");
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${twoDigits(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${twoDigits(Math.floor((whole % 3600) / 60))} min`;
}
