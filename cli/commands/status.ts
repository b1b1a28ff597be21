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
      const [{ Engine }, { requireLab }, { lookAtLab }, { statusReport }, { harmless }, { detectTerminal }] =
        await Promise.all([
          import("../docker/engine.ts"),
          import("./require-lab.ts"),
          import("../lab/look-at-lab.ts"),
          import("../report/status.ts"),
          import("../report/text.ts"),
          import("../terminal/terminal.ts"),
        ]);
      const engine = new Engine();
      const status = await lookAtLab(await requireLab(name, engine), engine);
      const suffix = name === defaultName ? "" : ` --name ${name}`;
      const { colour } = detectTerminal();
      // What the servers and the engine say of themselves may be anything.
      const report = () => statusReport(harmless(status), { colour, suffix });
      process.stdout.write(json ? `${JSON.stringify(status, null, 2)}\n` : report());
    });
}
