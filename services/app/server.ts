/** The app server's process: reads the environment, serves, and on SIGTERM ends within a second. */
import { startAppServer } from "./app-server.ts";
import { readSettings } from "./settings.ts";
import { loadStoreFiles } from "./store-files.ts";

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const stores = await loadStoreFiles();
  const server = await startAppServer({ ...settings, env: process.env, stores, log: console.log });
  console.log(
    `${settings.appServer} listens on port ${server.port}, boot id ${server.bootId}, stores: ${[...stores.keys()].join(", ")}`,
  );

  // Node as process 1 of a container has no default action for these.
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, async () => {
      console.log(`${settings.appServer} got ${signal} and stops`);
      await server.close();
      process.exit(0);
    });
  }
}

main().catch((error: Error) => {
  console.error(error.message.replaceAll(/^/gm, "app server: "));
  process.exit(1);
});
