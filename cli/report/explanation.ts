import { Chalk } from "chalk";
import { harmless, wrap } from "./text.ts";

/** What kinds of words there are, with the headings of their lists. */
export const explanationKinds = {
  word: "Words",
  policy: "Balancing policies",
  store: "Session stores",
  fault: "Faults",
  scenario: "Scenarios",
  fate: "Fates",
  cause: "Causes",
  need: "Needs",
} as const;

/** What there is to say of one word. */
export interface Explanation {
  kind: keyof typeof explanationKinds;
  word: string;
  /** Other names of it. */
  also: readonly string[];
  /** Paragraphs. */
  says: readonly string[];
  /** Label and value. */
  facts: readonly (readonly [label: string, value: string])[];
  /** Other words that can be explained. */
  see: readonly string[];
  /** A command that shows it. */
  tryOut?: string;
}

interface Page {
  columns: number;
  colour: boolean;
}

/** `lab explain WORD` for people. */
export function explanationReport(explanations: readonly Explanation[], { columns, colour }: Page): string {
  const chalk = new Chalk({ level: colour ? 1 : 0 });
  const blocks = harmless(explanations).map(({ kind, word, also, says, facts, see, tryOut }) => {
    const aside = [
      ...facts.map(([label, value]) => `${label}: ${value}`),
      ...(also.length > 0 ? [`elsewhere called: ${also.join(", ")}`] : []),
      ...(see.length > 0 ? [`see: ${see.join(", ")}`] : []),
      ...(tryOut ? [`try: ${tryOut}`] : []),
    ];
    return [
      `${chalk.bold(word)} ${chalk.dim(`(${kind})`)}`,
      ...says.filter(Boolean).flatMap((text) => wrap(sentence(text), columns - 2).map((line) => `  ${line}`)),
      ...aside.flatMap((text) => wrap(text, columns - 2, { hanging: "  " }).map((line) => `  ${line}`)),
    ].join("\n");
  });
  return `${blocks.join("\n\n")}\n`;
}

/** `lab explain` without a word: all of them, by kind. */
export function wordListReport(lists: readonly [kind: string, words: readonly string[]][], page: Page): string {
  const chalk = new Chalk({ level: page.colour ? 1 : 0 });
  const blocks = lists.flatMap(([kind, words]) => [
    chalk.bold(kind),
    ...wrap(words.map((word) => word.replaceAll(" ", "\u00a0")).join(", "), page.columns - 2).map(
      (line) => `  ${line.replaceAll("\u00a0", " ")}`,
    ),
  ]);
  return `${[...blocks, "", "lab explain WORD says what a word means; also for an architecture, such as cookie.memory."].join("\n")}\n`;
}

/** A capital at the beginning and a full stop at the end, whatever the catalogue has. */
function sentence(text: string): string {
  const begun = /^[a-z]+[ ,]/.test(text) ? text.charAt(0).toUpperCase() + text.slice(1) : text;
  return /[.?!)]$/.test(begun) ? begun : `${begun}.`;
}
