import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { socketPath } from "../docker/endpoint.ts";

/** A way to the engine that the test can cut and mend: a unix socket that passes everything on to the real one. */
export interface EngineLine extends Disposable {
  /** For `DOCKER_HOST`. */
  address: string;
  cut(): void;
  mend(): Promise<void>;
}

export interface EngineLineOptions {
  real?: string;
  /** Told of each request before the engine is, e.g. `POST`, `/v1.41/networks/create`. One that is cut off here never gets there. */
  onRequest?: (method: string, path: string) => void;
}

export async function openEngineLine({
  real = socketPath(),
  onRequest = () => {},
}: EngineLineOptions = {}): Promise<EngineLine> {
  const folder = mkdtempSync(join(tmpdir(), "engine-line-"));
  const path = join(folder, "engine.sock");
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ path: real, allowHalfOpen: true });
    sockets.add(near).add(far);
    far.on("error", () => near.destroy()).on("close", () => sockets.delete(far));
    near.on("error", () => far.destroy()).on("close", () => sockets.delete(near));
    near.on("data", (chunk) => {
      // The clients wait for an answer before they ask again: a request begins a chunk.
      const [, method, asked] = /^([A-Z]+) (\S+) HTTP\/1/.exec(chunk.subarray(0, 1_000).toString("latin1")) ?? [];
      if (method && asked) onRequest(method, asked);
    });
    // After the listener above, so that it has run before anything is passed on.
    near.pipe(far).pipe(near);
  });
  const line: EngineLine = {
    address: `unix://${path}`,
    cut() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
    mend: () => new Promise((resolve) => server.listen(path, () => resolve())),
    [Symbol.dispose]() {
      line.cut();
      rmSync(folder, { recursive: true, force: true });
    },
  };
  await line.mend();
  return line;
}
