import type { Command } from "commander";
import type { LogsOptions } from "../flows/logs.ts";
import { nameOption } from "./options.ts";

export function addLogs(program: Command): void {
  program
    .command("logs")
    .description("what the services say; all of them, or those you name")
    .argument("[service...]", "nginx, app1, app2, app3, redis, redis-rdb, redis-aof")
    .addOption(nameOption())
    .option("-f, --follow", "go on printing")
    .option("--tail <lines>", "how many lines of each service", "200")
    .action(async (services: string[], options: LogsOptions) => {
      await (await import("../flows/logs.ts")).logs(services, options);
    });
}
