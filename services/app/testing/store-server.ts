/** The real server of a session store, in a container of its own on a fixed loopback port. */
import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { promisify } from "node:util";
import type { StoreFacts } from "../store.ts";
import { listenOnOwnPort } from "./own-ports.ts";
import { postgresKind } from "./postgres-probe.ts";
import { groupKind, portsNeeded } from "./redis-group.ts";
import { redisKind } from "./redis-probe.ts";
import { waitUntil } from "./wait-until.ts";

const LABEL = "dev.session-lab.test=1";

/** What one sees of a server from outside of the app, whatever kind it is. Everything waits until the server is there. */
export interface StoreServerProbe {
  readonly url: string;
  isReady(): Promise<boolean>;
  /** Whether all that it has acknowledged is where a kill does not reach it, if it keeps anything there at all. */
  isWritten(): Promise<boolean>;
  /** All that it holds: keys or rows. */
  entries(): Promise<{ key: string; endsInMs: number }[]>;
  /** Adds something that is no session. */
  addSomethingElse(): Promise<void>;
  /** Lets an entry end in a minute. */
  endInAMinute(key: string): Promise<void>;
  /** Grows with every write, whoever writes. */
  countWrites(): Promise<number>;
  empty(): Promise<void>;
  /** Makes it refuse everybody, because it loads its data, while `meanwhile` runs; undefined where there is no such thing. */
  readonly loadAgain?: (meanwhile: () => Promise<unknown>) => Promise<void>;
  close(): Promise<void>;
}

/** A kind of server: how its container is run and how one looks into it. */
export interface StoreServerKind {
  /** The first that is on this machine is taken, else the last. */
  readonly images: readonly (string | undefined)[];
  /** On which it listens in its container; the same as outside where it is left out. */
  readonly port?: number;
  /** Of `docker run`. */
  readonly options: readonly string[];
  command(persistence: StoreFacts["persistence"]): string[];
  /** @param port the first on which it is published on loopback */
  open(port: number): StoreServerProbe;
}

export async function startStoreServer({
  server: service,
  persistence,
  group,
}: Pick<StoreFacts, "server" | "persistence" | "group">) {
  const ports = await freePorts(group ? portsNeeded(group) : 1);
  const [port = 0] = ports;
  const kind = group ? groupKind(group, ports) : service?.startsWith("redis") ? redisKind : postgresKind;
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
