/** A way to a server that can fall silent, as that to a killed container or through a cut network does: nobody hangs up. */
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** @param port of a server on loopback */
export async function startRelay(port: number) {
  const sides = new Map<Socket, Socket>();
  const silent = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    sides.set(near, far);
    near.pipe(far).pipe(near);
    for (const socket of [near, far]) socket.on("error", () => {});
    near.once("close", () => {
      silent.delete(near);
      sides.delete(near);
      far.destroy();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    /** Connections that nobody will answer any more, and that whoever asks has not given up. */
    silent,
    /** Connections that work. */
    living: () => sides.size - silent.size,
    /**
     * The oldest connections that stand now, all unless told, are answered no more, and no side hears that the other has gone. New
     * ones are answered.
     */
    fallSilent(count = sides.size) {
      for (const [near, far] of [...sides].slice(0, count)) {
        near.unpipe(far);
        far.unpipe(near);
        // What comes is read, and nobody answers.
        near.resume();
        far.resume();
        silent.add(near);
      }
    },
    async [Symbol.asyncDispose]() {
      server.close();
      for (const [near, far] of sides) {
        near.destroy();
        far.destroy();
      }
      await once(server, "close");
    },
  };
}
