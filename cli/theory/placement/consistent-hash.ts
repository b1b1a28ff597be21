import { crc32 } from "node:zlib";

/** Points on the ring for a server of weight 1 (src/http/modules/ngx_http_upstream_hash_module.c). */
const pointsPerServer = 160;

/**
 * Predicts to which server nginx's `hash KEY consistent` (ketama) sends a key, bit for bit as nginx computes it.
 *
 * @param servers as in their `server` lines, e.g. `app1:3000`, all of weight 1 and up
 * @returns the server of a key; undefined when there are none
 */
export function consistentHash(servers: readonly string[]): (key: string) => string | undefined {
  const ring = servers
    .flatMap((server) => pointsOf(server).map((point) => ({ point, server })))
    .sort((one, other) => one.point - other.point);
  return (key) => {
    const at = crc32(key);
    return (ring.find(({ point }) => point >= at) ?? ring[0])?.server;
  };
}

/** Each point is the CRC of the name, the port and the point before it, in the byte order of a little-endian machine. */
function pointsOf(server: string): number[] {
  const colon = server.lastIndexOf(":");
  const base = crc32(`${server.slice(0, colon)}\0${server.slice(colon + 1)}`);
  const points: number[] = [];
  const previous = Buffer.alloc(4);
  for (let index = 0; index < pointsPerServer; index++) {
    const point = crc32(previous, base);
    points.push(point);
    previous.writeUInt32LE(point);
  }
  return points;
}
