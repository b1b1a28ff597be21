import type { Command } from "commander";

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("is this machine ready? each failing line ends with the command that mends it")
    .option("--json", "as JSON")
    .action(async ({ json }: { json?: boolean }) => {
      const [{ examine }, { exitCodes }, { harmless }] = await Promise.all([
        import("../lab/doctor.ts"),
        import("../errors.ts"),
        import("../report/text.ts"),
      ]);
      const findings = await examine();
      if (json) process.stdout.write(`${JSON.stringify(findings, null, 2)}\n`);
      else
        for (const { ok, what, says, todo } of findings) {
          const known = (todo ?? "").split("\n").filter(Boolean);
          const lines = [`${ok ? "ok  " : "FAIL"} ${what}: ${says}`, ...known.map((line) => `       -> ${line}`)];
          process.stdout.write(lines.map((line) => `${harmless(line)}\n`).join(""));
        }
      if (findings.some(({ ok }) => !ok)) process.exitCode = exitCodes.environment.code;
    });
}
