/** The balancer's process: reads the environment, serves, reads its list anew on SIGHUP, and on SIGTERM ends in good order. */
import { readFileSync } from "node:fs";
import { startBalancer } from "./balancer.ts";
import { readAppServers, readSettings } from "./settings.ts";

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const balancer = await startBalancer({ ...settings, log: console.log });
  const names = settings.appServers.map(({ host, port }) => `${host}:${port}`).join(", ");
  console.log(`the balancer listens on port ${balancer.port}, app servers: ${names}`);

  // As nginx does: a list with a mistake in it changes nothing.
  process.on("SIGHUP", () => {
    try {
      const list = readFileSync(process.env.APP_SERVERS_FILE ?? "", "utf8");
      balancer.change(readAppServers(list));
      console.log(`the balancer got SIGHUP, app servers: ${list.trim()}`);
    } catch (error) {
      console.error(`balancer: the list stays as it is: ${(error as Error).message}`);
    }
  });

  // Node as process 1 of a container has no default action for these.
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, async () => {
      const closed = balancer.close();
      // Whoever reads this line may rely on it: nobody new is let in any more.
      console.log(`the balancer got ${signal} and stops`);
      await closed;
      process.exit(0);
    });
  }
}

main().catch((error: Error) => {
  console.error(error.message.replaceAll(/^/gm, "balancer: "));
  process.exit(1);
});
