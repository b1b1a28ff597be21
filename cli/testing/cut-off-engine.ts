import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A way to the engine that the test can cut and mend: a unix socket that passes everything on to the real one. */
export interface EngineLine extends Disposable {
  /** For `DOCKER_HOST`. */
  address: string;
  cut(): void;
  mend(): Promise<void>;
}

export async function openEngineLine(real = "/var/run/docker.sock"): Promise<EngineLine> {
  const folder = mkdtempSync(join(tmpdir(), "engine-line-"));
  const path = join(folder, "engine.sock");
  const sockets = new Set<Socket>();
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ path: real, allowHalfOpen: true });
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(one);
      one.on("error", () => other.destroy()).on("close", () => sockets.delete(one));
      one.pipe(other);
    }
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
