import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pipeline } from "node:stream";
import { socketPath } from "../docker/endpoint.ts";
import { waitUntil } from "../wait.ts";
import { hangMs } from "./engine-pace.ts";

/** A way to the engine on which the test can hold orders: a unix socket that passes everything else on to the real one. */
export interface EngineGate extends Disposable {
  /** For `DOCKER_HOST`. */
  address: string;
  /** From now on requests are held whose first line matches, e.g. `POST /v1.41/containers/4f.../start HTTP/1.1`. */
  hold(request: RegExp): void;
  /** Waits until one is held. */
  hasHeld(): Promise<void>;
  /** Passes on what is held, and everything from now on. */
  open(): void;
  /** Forgets what is held, and passes on everything from now on. */
  drop(): void;
}

export async function openEngineGate(real = socketPath()): Promise<EngineGate> {
  const folder = mkdtempSync(join(tmpdir(), "engine-gate-"));
  const path = join(folder, "engine.sock");
  const sockets = new Set<Socket>();
  const held = new Set<{ goOn: () => void; drop: () => void }>();
  let pattern: RegExp | undefined;

  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ path: real, allowHalfOpen: true });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    }
    const gate = async function* (requests: AsyncIterable<Buffer>) {
      for await (const chunk of requests) {
        if (pattern?.test(chunk.toString("latin1").split("\r\n")[0]!))
          await new Promise<void>((goOn) => {
            const drop = () => [near, far].map((socket) => socket.destroy());
            held.add({ goOn, drop });
          });
        yield chunk;
      }
    };
    // Either side may go at any time.
    pipeline(near, gate, far, () => {});
    pipeline(far, near, () => {});
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));

  const letGo = (act: "goOn" | "drop") => {
    pattern = undefined;
    for (const one of held) one[act]();
    held.clear();
  };
  return {
    address: `unix://${path}`,
    hold(request) {
      pattern = request;
    },
    async hasHeld() {
      const { ok } = await waitUntil({ look: async () => held.size, until: Boolean, deadlineMs: hangMs, everyMs: 5 });
      if (!ok) throw new Error(`nobody has asked the engine for ${pattern}`);
    },
    open: () => letGo("goOn"),
    drop: () => letGo("drop"),
    [Symbol.dispose]() {
      letGo("drop");
      server.close();
      for (const socket of sockets) socket.destroy();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
