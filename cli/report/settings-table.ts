import { Chalk } from "chalk";
import { harmless, wrap } from "./text.ts";

/** One setting as it is in effect. */
export interface Setting {
  setting: string;
  value: string;
  /** What set it: an option, a variable, or the default. */
  from: string;
  /** What would change it; empty where nothing does. */
  change: string;
}

/** `lab config` for people. */
export function settingsReport(
  untrusted: readonly Setting[],
  { columns, colour }: { columns: number; colour: boolean },
): string {
  const chalk = new Chalk({ level: colour ? 1 : 0 });
  const settings = harmless(untrusted);
  const blocks = settings.flatMap(({ setting, value, from, change }) => [
    ...wrap(`${chalk.bold(setting)}: ${value}`, columns, { hanging: "  " }),
    ...wrap(`from: ${from}${change ? `; change it with ${change}` : ""}`, columns - 2).map((line) => `  ${line}`),
  ]);
  return `${blocks.join("\n")}\n`;
}
