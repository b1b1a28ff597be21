import type { Command } from "commander";
import { nameOption } from "./options.ts";

interface LogsOptions {
  name: string;
  follow?: boolean;
  tail: string;
}

export function addLogs(program: Command): void {
  program
    .command("logs")
    .description("what the services say; all of them, or those you name")
    .argument("[service...]", "nginx, app1, app2, app3, redis, redis-rdb, redis-aof")
    .addOption(nameOption())
    .option("-f, --follow", "go on printing")
    .option("--tail <lines>", "how many lines of each service", "200")
    .action(async (services: string[], { name, follow, tail }: LogsOptions) => {
      const [{ Engine }, { requireLab }, { composeLogs }, { LabError, unknownValue }] = await Promise.all([
        import("../docker/engine.ts"),
        import("./require-lab.ts"),
        import("../docker/compose.ts"),
        import("../errors.ts"),
      ]);
      const engine = new Engine();
      const lab = await requireLab(name, engine);
      const known = (await engine.states(lab)).map(({ service }) => service).sort();
      for (const service of services) if (!known.includes(service)) throw unknownValue("service", service, known);
      const isWhole = await composeLogs(lab, services, { follow: follow ?? false, tail });
      // Compose may take an engine that goes away for the end of the logs.
      await engine.version();
      if (isWhole) return;
      throw new LabError("Compose could not print all the logs; what it said stands above.", {
        id: "logs-failed",
        todo: "Look with `lab status`.",
        exit: "environment",
      });
    });
}
