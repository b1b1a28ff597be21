/** Ports on which a server of a test can end and listen again. */
import { randomInt } from "node:crypto";
import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";

/**
 * Above the labs (8080 and on), and below the ports that the kernel gives to whoever connects (from 32,768 on,
 * net.ipv4.ip_local_port_range): of those one could be taken while a server is down, and it would not come up again. Up to eight
 * test files that run at the same time have different ones, for the same reason.
 */
const PORTS = { from: 10_000, each: 1_000, workers: 8 };

/** Listens on loopback, on a port that nobody has. */
export async function listenOnOwnPort(server: Server): Promise<number> {
  const from = PORTS.from + PORTS.each * (Number(process.env.VITEST_POOL_ID ?? 0) % PORTS.workers);
  for (;;) {
    server.listen(randomInt(from, from + PORTS.each), "127.0.0.1");
    // Rejects when somebody has that port.
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (isFree) return (server.address() as AddressInfo).port;
  }
}
