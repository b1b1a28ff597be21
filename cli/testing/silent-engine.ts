import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Docker engine that hangs: it takes connections and requests, and says nothing, or breaks off in the middle of an answer. */
export interface SilentEngine extends AsyncDisposable {
  /** For `DOCKER_HOST`. */
  address: string;
  /** What was asked, e.g. `GET /version`. */
  asked: readonly string[];
  /** Questions at which it hung up, because whoever asked had waited for `patienceMs`. */
  outwaited: readonly string[];
}

export interface SilentEngineOptions {
  /** How long one may wait for it. What gives up by itself does so long before. */
  patienceMs?: number;
  /** The part of an answer that comes. */
  says?: string;
}

export async function openSilentEngine({ patienceMs = 30_000, says = "" }: SilentEngineOptions = {}) {
  const folder = mkdtempSync(join(tmpdir(), "silent-engine-"));
  const path = join(folder, "engine.sock");
  const asked: string[] = [];
  const outwaited: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      const question = /^[A-Z]+ \S+/.exec(chunk.toString("latin1"))?.[0] ?? "";
      asked.push(question);
      if (says) socket.write(says);
      const timer = setTimeout(() => {
        outwaited.push(question);
        socket.destroy();
      }, patienceMs);
      socket.on("close", () => clearTimeout(timer));
    });
    socket.on("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const engine: SilentEngine = {
    address: `unix://${path}`,
    asked,
    outwaited,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return engine;
}
