import type { Command } from "commander";
import { defaultName } from "../lab/topology.ts";
import { nameOption } from "./options.ts";

export function addStatus(program: Command): void {
  program
    .command("status")
    .description("health of the services, where sessions live, and how Redis is doing")
    .addOption(nameOption())
    .option("--json", "as JSON")
    .action(async ({ name, json }: { name: string; json?: boolean }) => {
      const [{ Engine }, { requireLab }, { lookAtLab }, { statusReport }, { detectTerminal }] = await Promise.all([
        import("../docker/engine.ts"),
        import("./require-lab.ts"),
        import("../docker/look-at-lab.ts"),
        import("../report/status.ts"),
        import("../terminal.ts"),
      ]);
      const engine = new Engine();
      const status = await lookAtLab(await requireLab(name, engine), engine);
      const suffix = name === defaultName ? "" : ` --name ${name}`;
      const { colour } = detectTerminal();
      process.stdout.write(json ? `${JSON.stringify(status, null, 2)}\n` : statusReport(status, { colour, suffix }));
    });
}
