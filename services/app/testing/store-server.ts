/** The real server of a session store, in a container of its own on a fixed loopback port. */
import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { promisify } from "node:util";
import type { StoreFacts } from "../store.ts";
import { listenOnOwnPort } from "./own-ports.ts";
import { storeServerKind } from "./store-server-kinds.ts";
import { waitUntil } from "./wait-until.ts";

const LABEL = "dev.session-lab.test=1";

export async function startStoreServer(store: Pick<StoreFacts, "kind" | "persistence" | "group">) {
  const { group, persistence } = store;
  const kindOfOne = storeServerKind(store.kind);
  if (group && !kindOfOne.group)
    throw new Error(`store-servers/${store.kind}.ts does not say how a group of them is run`);
  const ports = await freePorts(group ? group.services.length + (group.watchers?.length ?? 0) : 1);
  const [port = 0] = ports;
  const kind = (group && kindOfOne.group?.(group, ports)) ?? kindOfOne;
  const published = ports.flatMap((outside) => ["--publish", `127.0.0.1:${outside}:${kind.port ?? outside}`]);
  const run = ["run", "--detach", "--label", LABEL, ...published, ...kind.options];
  const id = await docker(...run, await firstPresent(kind.images), ...kind.command(persistence));
  const remove = () => execFileSync("docker", ["rm", "--force", "--volumes", id], { stdio: "ignore" });
  process.once("exit", remove);
  const probe = kind.open(port);
  const server = {
    ...probe,
    pause: () => docker("pause", id),
    unpause: () => docker("unpause", id),
    /** SIGKILL, when it owes its disk nothing. */
    async kill() {
      await waitUntil("the store's server to have written everything", probe.isWritten);
      await docker("kill", id);
    },
    /** SIGTERM, and waits for the end: on a busy machine longer than Docker's ten seconds, after which it kills. */
    stop: () => docker("stop", "--time", "60", id),
    start: () => docker("start", id),
    isReady: () => waitUntil("the store's server to be ready", probe.isReady, { deadlineMs: 60_000 }),
    async [Symbol.asyncDispose]() {
      await probe.close();
      remove();
      process.off("exit", remove);
    },
  };
  await server.isReady();
  return server;
}

export type StoreServer = Awaited<ReturnType<typeof startStoreServer>>;

async function docker(...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)("docker", words);
  return stdout.trim();
}

/** The first of these images that is on this machine, else the last of them. */
async function firstPresent(images: readonly (string | undefined)[]): Promise<string> {
  const named = images.filter((image) => image !== undefined && image !== "") as string[];
  for (const image of named) {
    const isPresent = await docker("image", "inspect", image).then(
      () => true,
      () => false,
    );
    if (isPresent) return image;
  }
  return named.at(-1) ?? "";
}

/** Ports that docker is told: those that docker chooses change with every start. All are held until the last is found. */
async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = [];
  const ports: number[] = [];
  while (held.length < count) {
    const server = createServer();
    ports.push(await listenOnOwnPort(server));
    held.push(server);
  }
  for (const server of held) server.close();
  await Promise.all(held.map((server) => once(server, "close")));
  return ports;
}
