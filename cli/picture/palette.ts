import type { Answer } from "../history/events.ts";
import type { Fate } from "../verdict/fates.ts";

/**
 * The colours, signs and words of every picture: the HTML report, the live picture and the replay. A colour never stands alone:
 * next to it is a sign or a word that says the same. Knows nothing of a browser.
 */

/** How an app server looks; the same as on the app's own page (palette.test.ts compares them). */
export interface ServerLook {
  /** Class name in the style sheet: `look1`. */
  name: string;
  shape: string;
  background: string;
  /** On that background at least 4.5:1 (WCAG 2.2, 1.4.3). */
  text: string;
}

/** What stands out from dark paper as the dark backgrounds do not: Okabe and Ito's sky blue for their darkened blue, lighter tints. */
const onDarkPaper: Record<string, string> = {
  look0: "#b4b8be",
  look1: "#56b4e9",
  look5: "#d99a6c",
  look6: "#b39dff",
};

/** The colour of an app server's lines and dots: 3:1 on dark paper (WCAG 2.2, 1.4.11). */
export function serverMark({ name, background }: ServerLook): { light: string; dark: string } {
  return { light: background, dark: onDarkPaper[name] ?? background };
}

/** Okabe and Ito's, blue made darker and pink lighter, and two dark ones. */
const serverLooks: readonly ServerLook[] = [
  { name: "look1", shape: "●", background: "#00559e", text: "#ffffff" },
  { name: "look2", shape: "▲", background: "#e69f00", text: "#000000" },
  { name: "look3", shape: "■", background: "#009e73", text: "#000000" },
  { name: "look4", shape: "◆", background: "#e3a6c6", text: "#000000" },
  { name: "look5", shape: "✚", background: "#702800", text: "#ffffff" },
  { name: "look6", shape: "⬢", background: "#4400cc", text: "#ffffff" },
];

const withoutNumber: ServerLook = { name: "look0", shape: "★", background: "#4a4a4a", text: "#ffffff" };

export const allServerLooks: readonly ServerLook[] = [withoutNumber, ...serverLooks];

/** app1 has the first look, app2 the second, ...; after the last they begin again. */
export function lookOfServer(appServer: string): ServerLook {
  const number = Number(/[1-9]\d*$/.exec(appServer)?.[0] ?? 0);
  return (number > 0 && serverLooks[(number - 1) % serverLooks.length]) || withoutNumber;
}

/** A sign, a word, and a colour for light and for dark paper: each at least 4.5:1 against `paper` and `card`. */
export interface Mark {
  sign: string;
  word: string;
  light: string;
  dark: string;
}

/** In place of "survived" for a user who logged out. */
export const stayedOutWord = "stayed logged out";

/** Who survived is quiet; what went wrong is loud. */
export const fateMarks: Record<Fate, Mark> = {
  crossed: { sign: "‼", word: "crossed", light: "#8f0045", dark: "#ff7fb8" },
  "not-judged": { sign: "?", word: "not judged", light: "#5b5b5b", dark: "#b8b8b8" },
  unreachable: { sign: "…", word: "unreachable", light: "#6b4a00", dark: "#e5c07b" },
  unstable: { sign: "≈", word: "flickers", light: "#6a1b9a", dark: "#d0a2f2" },
  orphaned: { sign: "↛", word: "orphaned", light: "#9a3b00", dark: "#ff9d5c" },
  lost: { sign: "✗", word: "lost", light: "#b3001b", dark: "#ff8080" },
  degraded: { sign: "◐", word: "degraded", light: "#4d5a00", dark: "#cddc39" },
  resurrected: { sign: "↑", word: "resurrected", light: "#8a2be2", dark: "#c9a0ff" },
  "rolled-back": { sign: "↶", word: "rolled back", light: "#a02800", dark: "#ffab91" },
  survived: { sign: "✓", word: "survived", light: "#2f4858", dark: "#a9c4d6" },
};

/** As `fateMarks`, for sessions of which so many survived by staying logged out, as their users wished. */
export function marksOfFates({ fates, stayedOut }: { fates: Partial<Record<Fate, number>>; stayedOut: number }) {
  if (stayedOut === 0 || stayedOut !== fates.survived) return fateMarks;
  return { ...fateMarks, survived: { ...fateMarks.survived, word: stayedOutWord } };
}

/** What an answer says to the user; only the first three are definitive. */
export const answerMarks: Record<Answer, Mark> = {
  me: { sign: "✓", word: "recognised", light: "#2f4858", dark: "#a9c4d6" },
  "someone-else": { sign: "‼", word: "shown somebody else's session", light: "#8f0045", dark: "#ff7fb8" },
  anonymous: { sign: "○", word: "logged out", light: "#b3001b", dark: "#ff8080" },
  "store-unreachable": { sign: "…", word: "store unreachable", light: "#6b4a00", dark: "#e5c07b" },
  none: { sign: "×", word: "no answer", light: "#16181b", dark: "#f1f1ee" },
};

/** Paper, cards and ink: as on the app's page. */
export const paper = {
  light: { paper: "#f4f4f1", card: "#ffffff", ink: "#16181b", faint: "#55595f", line: "#d5d5cf", down: "#b3001b" },
  dark: { paper: "#16181b", card: "#23262b", ink: "#f1f1ee", faint: "#b4b8be", line: "#3c4047", down: "#ff8080" },
} as const;

/**
 * The palette as custom properties, so that one drawing serves light and dark: `--paper`, `--look1`, `--fate-lost`, `--answer-none`; the
 * classes `.fate-lost` and `.answer-none` set `--mark`, `.look1` sets `--server` and `--on-server` (a block
 * with text on it) and `--server-mark` (a line or a dot on the paper).
 */
export function paletteStyle(): string {
  const marks = (kind: string, table: Record<string, Mark>) =>
    Object.entries(table).map(([name, { light, dark }]) => `--${kind}-${name}: light-dark(${light}, ${dark});`);
  const classes = (kind: string, table: Record<string, Mark>) =>
    Object.keys(table).map((name) => `.${kind}-${name} { --mark: var(--${kind}-${name}); }`);
  const servers = allServerLooks.map((look) => {
    const { light, dark } = serverMark(look);
    return `--${look.name}: light-dark(${light}, ${dark});`;
  });
  const papers = (Object.keys(paper.light) as (keyof typeof paper.light)[]).map(
    (name) => `--${name}: light-dark(${paper.light[name]}, ${paper.dark[name]});`,
  );
  return [
    ":root {",
    "  color-scheme: light dark;",
    ...[...papers, ...servers, ...marks("fate", fateMarks), ...marks("answer", answerMarks)].map((line) => `  ${line}`),
    "}",
    ...classes("fate", fateMarks),
    ...classes("answer", answerMarks),
    ...allServerLooks.map(
      ({ name, background, text }) =>
        `.${name} { --server: ${background}; --on-server: ${text}; --server-mark: var(--${name}); }`,
    ),
    "",
  ].join("\n");
}
