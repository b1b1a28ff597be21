/** The real server of a session store, in a container of its own on a fixed loopback port. */
import { execFile, execFileSync } from "node:child_process";
import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { promisify } from "node:util";
import { Redis } from "ioredis";
import type { StoreFacts } from "../store.ts";
import { waitUntil } from "./wait-until.ts";

const LABEL = "dev.session-lab.test=1";

const PERSISTENCE = {
  none: ["--save", "", "--appendonly", "no"],
  "save-points": [],
  "append-only": ["--save", "", "--appendonly", "yes", "--appendfsync", "everysec"],
};

/** For DEBUG RELOAD, and so that loading takes time: 20 ms per key, with visitors served in between. */
const FOR_TESTS = [
  "--enable-debug-command",
  "yes",
  "--key-load-delay",
  "20000",
  "--loading-process-events-interval-bytes",
  "1024",
];

export async function startStoreServer({ persistence }: Pick<StoreFacts, "persistence">) {
  const port = await freePort();
  const command = ["redis-server", "--protected-mode", "no", "--bind", "0.0.0.0", "--dir", "/data"];
  const run = ["run", "--detach", "--label", LABEL, "--publish", `127.0.0.1:${port}:6379`, await redisImage()];
  const id = await docker(...run, ...command, ...PERSISTENCE[persistence ?? "none"], ...FOR_TESTS);
  const remove = () => execFileSync("docker", ["rm", "--force", "--volumes", id], { stdio: "ignore" });
  process.once("exit", remove);
  // A client of its own, which waits for Redis as long as it takes.
  const redis = new Redis(port, "127.0.0.1", { maxRetriesPerRequest: null, retryStrategy: () => 50 });
  redis.on("error", () => {});
  const server = {
    url: `redis://127.0.0.1:${port}`,
    redis,
    pause: () => docker("pause", id),
    unpause: () => docker("unpause", id),
    /** SIGKILL. */
    kill: () => docker("kill", id),
    /** SIGTERM, and waits for the end. */
    stop: () => docker("stop", id),
    start: () => docker("start", id),
    isReady: () =>
      waitUntil("Redis to be ready", async () => (await redis.info("persistence")).includes("\nloading:0")),
    async [Symbol.asyncDispose]() {
      redis.disconnect();
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

/** LAB_REDIS_IMAGE, else the one built from Debian packages if it is here, else the official one. */
async function redisImage(): Promise<string> {
  const fromDebian = "session-lab/redis:debian";
  if (process.env.LAB_REDIS_IMAGE) return process.env.LAB_REDIS_IMAGE;
  return docker("image", "inspect", fromDebian).then(
    () => fromDebian,
    () => "redis:8-alpine",
  );
}

/** A port that docker is told: one that docker chooses changes with every start. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
