/** The door's process: reads the environment, serves, and on SIGTERM ends in good order. */
import { lookup } from "node:dns/promises";
import { openDoor } from "./door.ts";
import { readSettings } from "./settings.ts";

async function main(): Promise<void> {
  const settings = readSettings(process.env);
  const appServers = await Promise.all(
    settings.appServers.map(async (server) => ({ ...server, address: (await lookup(server.name)).address })),
  );
  const door = await openDoor({ ...settings, appServers });
  console.log(`the door listens on port ${door.port}, app servers: ${appServers.map(({ name }) => name).join(", ")}`);

  // Node as process 1 of a container has no default action for these.
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, async () => {
      console.log(`the door got ${signal} and closes`);
      await door.close();
      process.exit(0);
    });
  }
}

main().catch((error: Error) => {
  console.error(error.message.replaceAll(/^/gm, "door: "));
  process.exit(1);
});
