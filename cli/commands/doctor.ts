import type { Command } from "commander";

export function addDoctor(program: Command): void {
  program
    .command("doctor")
    .description("is this machine ready? each failing line ends with the command that mends it")
    .option("--json", "as JSON")
    .action(async (options: { json?: boolean }) => (await import("../flows/doctor.ts")).doctor(options));
}
