import { listRuns } from "../experiment/stored-runs.ts";
import { jsonReport } from "../report/json.ts";
import { harmless } from "../report/text.ts";

export function runs({ json }: { json?: boolean }): void {
  const stored = listRuns();
  if (json) process.stdout.write(jsonReport(stored));
  else if (stored.length === 0)
    process.stdout.write("There are no stored runs yet. Make one: lab scenario server-crash\n");
  else
    for (const { id, verdict, folder } of harmless(stored))
      process.stdout.write(`${id.padEnd(44)} ${verdict.padEnd(14)} ${folder}\n`);
}
