import { Chalk } from "chalk";
import type { Evidence } from "../history/events.ts";
import { harmless, wrap } from "./text.ts";

/** A fault that was injected by hand. */
export interface InjectedFault {
  kind: string;
  target: string;
  /** Both signs were seen. */
  confirmed: boolean;
  /** The two signs, or what was seen instead. */
  evidence: Evidence[];
  /** What the victim and its users experience, in a sentence. */
  experience: string;
}

/** `lab fault` for people: whether it hit, by which signs, and what that means for the victim. */
export function faultReport(
  untrusted: InjectedFault,
  { columns, colour }: { columns: number; colour: boolean },
): string {
  const { kind, target, confirmed, evidence, experience } = harmless(untrusted);
  const chalk = new Chalk({ level: colour ? 1 : 0 });
  const title = confirmed
    ? chalk.green.bold(`✓ ${kind} ${target}: confirmed by two signs`)
    : chalk.yellow.bold(`? ${kind} ${target}: not confirmed`);
  const signs = evidence.map(({ source, shows, says }) => {
    const label = { engine: "the engine says", felt: "what is felt" }[source];
    return `${label}: ${says}${shows ? "" : " (this is no sign of the fault)"}`;
  });
  const lines = [...signs, experience].flatMap((text) => wrap(text, columns - 2, { hanging: "  " }));
  return `${[title, ...lines.map((line) => `  ${line}`)].join("\n")}\n`;
}
