/** The page's one style sheet. */
import { createHash } from "node:crypto";
import { ALL_LOOKS } from "./look.ts";

const looks = ALL_LOOKS.map(
  ({ name, background, text }) => `.${name} { --server: ${background}; --on-server: ${text}; }`,
).join("\n");

export const STYLE = `
:root { color-scheme: light dark; }
* { box-sizing: border-box; }
html { font: 18px/1.4 system-ui, "Liberation Sans", "DejaVu Sans", sans-serif; }
body {
  --paper: light-dark(#f4f4f1, #16181b); --card: light-dark(#ffffff, #23262b);
  --ink: light-dark(#16181b, #f1f1ee); --faint: light-dark(#55595f, #b4b8be); --line: light-dark(#d5d5cf, #3c4047);
  margin: 0; min-height: 100vh; display: flex; flex-direction: column; background: var(--paper); color: var(--ink);
}
${looks}
header {
  display: grid; grid-template-columns: 1fr auto; align-items: end; gap: 0 3rem;
  padding: 1.2rem 2.5rem 1.6rem; background: var(--server); color: var(--on-server);
}
header p { margin: 0; font-size: 1.3rem; grid-column: 1 / -1; }
h1 {
  margin: 0; font-size: clamp(3.2rem, 17vw, 12rem); line-height: 1; letter-spacing: -.03em; font-weight: 800;
  overflow-wrap: anywhere; white-space: nowrap;
}
h1.long { font-size: clamp(1.8rem, 6vw, 5rem); white-space: normal; }
.shape { font-size: .6em; vertical-align: .12em; letter-spacing: normal; margin-right: .15em; }
header dl { margin: 0 0 .6rem; display: grid; grid-template-columns: auto auto; gap: .15rem 1rem; font-size: 1.25rem; }
dt { opacity: .85; }
dd { margin: 0; font-weight: 700; font-variant-numeric: tabular-nums; overflow-wrap: anywhere; }
main { flex: 1; display: grid; gap: 1.2rem; padding: 1.4rem 2.5rem; grid-template-columns: repeat(3, minmax(0, 1fr)); align-items: stretch; }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.3rem 1.2rem; display: flex; flex-direction: column; gap: .5rem; }
h2 { margin: 0; font-size: 1rem; font-weight: 600; color: var(--faint); }
.big { line-height: 1.15; font-weight: 750; overflow-wrap: anywhere; }
section > p { margin: 0; font-size: 1.1rem; }
section > p.big { font-size: 2.1rem; }
.faint { color: var(--faint); }
form { margin: auto 0 0; display: flex; flex-wrap: wrap; gap: .6rem; padding-top: .6rem; }
input, button, .button {
  font: inherit; font-size: 1.1rem; border-radius: 8px; padding: .45rem 1rem; border: 2px solid var(--ink); background: transparent; color: inherit;
}
input { flex: 1 1 8rem; min-width: 0; }
label { flex-basis: 100%; font-size: 1rem; color: var(--faint); }
button, .button { cursor: pointer; font-weight: 700; text-decoration: none; }
button { background: var(--ink); color: var(--card); }
button.quiet { background: transparent; color: inherit; }
:focus-visible { outline: 3px solid var(--server); outline-offset: 2px; }
ul.cart { margin: 0; padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: .4rem; }
ul.cart li { border: 1px solid var(--line); border-radius: 99px; padding: .1rem .8rem; overflow-wrap: anywhere; }
footer { padding: 0 2.5rem 1.4rem; display: flex; justify-content: space-between; gap: 2rem; align-items: center; color: var(--faint); }
footer .button { color: var(--ink); }
nav { display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; justify-content: end; }
footer a { color: inherit; }
.trouble { grid-column: 1 / -1; border-width: 3px; border-color: var(--ink); padding: 1.6rem 2rem; }
section.trouble > p { font-size: 1.4rem; }
section.trouble > p.big { font-size: clamp(2.2rem, 6vw, 4.2rem); }
.trouble ul { margin: 0; font-size: 1.3rem; }
@media (max-width: 800px) {
  html { font-size: 16px; }
  header, main { padding-inline: 1.1rem; }
  header { grid-template-columns: 1fr; }
  footer { padding-inline: 1.1rem; }
  h1 { font-size: 23vw; margin-bottom: .12em; }
  main { grid-template-columns: 1fr; }
}
`;

/** Allows this style sheet and the icon, and nothing else: no script at all. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`,
  "img-src data:",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");
