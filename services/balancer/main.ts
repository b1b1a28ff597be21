/** The balancer's process: reads the environment, serves, and on SIGTERM ends in good order. */
import { startBalancer } from "./balancer.ts";
import { readSettings } from "./settings.ts";

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const balancer = await startBalancer({ ...settings, log: console.log });
  const names = settings.appServers.map(({ host, port }) => `${host}:${port}`).join(", ");
  console.log(`the balancer listens on port ${balancer.port}, app servers: ${names}`);

  // Node as process 1 of a container has no default action for these.
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, async () => {
      console.log(`the balancer got ${signal} and stops`);
      await balancer.close();
      process.exit(0);
    });
  }
}

main().catch((error: Error) => {
  console.error(error.message.replaceAll(/^/gm, "balancer: "));
  process.exit(1);
});
