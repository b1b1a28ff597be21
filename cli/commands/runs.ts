import type { Command } from "commander";

export function addRuns(program: Command): void {
  program
    .command("runs")
    .description("the stored runs, newest last, with their verdicts")
    .option("--json", "as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const [{ listRuns }, { harmless }, { jsonReport }] = await Promise.all([
        import("../experiment/stored-runs.ts"),
        import("../report/text.ts"),
        import("../report/json.ts"),
      ]);
      const runs = listRuns();
      if (json) {
        process.stdout.write(jsonReport(runs));
        return;
      }
      if (runs.length === 0) {
        process.stdout.write("There are no stored runs yet. Make one: lab scenario server-crash\n");
        return;
      }
      for (const { id, verdict, folder } of harmless(runs))
        process.stdout.write(`${id.padEnd(44)} ${verdict.padEnd(14)} ${folder}\n`);
    });
}
