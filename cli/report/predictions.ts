import { Chalk } from "chalk";
import Table from "cli-table3";
import type { Result } from "../verdict/result.ts";
import { wrap } from "./text.ts";
import { countsInWords, plural } from "./words.ts";

/** How many sessions of an architecture somebody thinks will survive, said before the run. */
export interface Prediction {
  architecture: string;
  survivors: number;
}

/** The predictions beside what was measured, and for each that was wrong the mechanism in a sentence. */
export function predictionReport(
  predictions: readonly Prediction[],
  { architectures }: Pick<Result, "architectures">,
  { columns, colour }: { columns: number; colour: boolean },
): string {
  const chalk = new Chalk({ level: colour ? 1 : 0 });
  const rows = predictions.flatMap(({ architecture, survivors }) => {
    const result = architectures.find(({ id }) => id === architecture);
    return result ? [{ survivors, result, measured: result.fates.survived ?? 0 }] : [];
  });
  const table = new Table({
    head: ["architecture", "you said", "measured", ""],
    style: { head: [], border: [], compact: true },
  });
  table.push(
    ...rows.map(({ survivors, measured, result: { id, sessions, fates, stayedOut } }) => {
      const right = survivors === measured;
      const verdict = right ? chalk.green("✓ right") : chalk.yellow(`✗ ${difference(survivors, measured)}`);
      return [id, `${survivors}/${sessions}`, countsInWords(fates, sessions, stayedOut), verdict];
    }),
  );
  const right = rows.filter(({ survivors, measured }) => survivors === measured).length;
  const wrong = rows.filter(({ survivors, measured }) => survivors !== measured);
  return [
    chalk.bold(`Your prediction beside the measurement: ${right} of ${rows.length} right`),
    table.toString(),
    ...wrong.flatMap(({ result }) =>
      reasons(result).flatMap((reason) => wrap(`- ${reason}`, columns, { hanging: "  " })),
    ),
    "",
  ].join("\n");
}

function difference(survivors: number, measured: number): string {
  return survivors > measured ? `${survivors - measured} too many` : `${measured - survivors} too few`;
}

/** Theory's reasons, only where every session had the fate that theory named for it. */
function reasons({ id, because, mismatches, sessions, fates }: Result["architectures"][number]): string[] {
  if (mismatches > 0) return [`${id}: theory was wrong here, too`];
  const harmed = because.filter(({ fate }) => fate !== "survived");
  const told = (fates.survived ?? 0) === sessions ? because : harmed;
  return told.map(({ because: reason, sessions: count }) => `${id}, ${plural(count, "session")}: ${reason}`);
}
