import { crc32 } from "node:zlib";

/** Points on the ring for a server of weight 1 (src/http/modules/ngx_http_upstream_hash_module.c). */
const pointsPerServer = 160;

/**
 * Predicts to which server nginx's `hash KEY consistent` (ketama) sends a key, bit for bit as nginx computes it.
 *
 * @param servers as in their `server` lines, e.g. `app1:3000`, all of weight 1 and up
 * @returns the index of a key's server; undefined when there are none
 */
export function consistentHash(servers: readonly string[]): (key: string) => number | undefined {
  const { points, owners } = ringOf(servers);
  return (key) => {
    const at = firstFrom(points, crc32(key));
    return owners[at === points.length ? 0 : at];
  };
}

/** The points of all servers in ascending order, and beside each whose it is. */
function ringOf(servers: readonly string[]): { points: Uint32Array; owners: Uint16Array } {
  const ring = servers
    .flatMap((server, owner) => pointsOf(server).map((point) => ({ point, owner })))
    .sort((one, other) => one.point - other.point);
  return {
    points: Uint32Array.from(ring, ({ point }) => point),
    owners: Uint16Array.from(ring, ({ owner }) => owner),
  };
}

/** @returns the index of the first point that is not smaller, by halving; the number of points when all are smaller */
function firstFrom(points: Uint32Array, wanted: number): number {
  let [from, to] = [0, points.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (points[middle]! < wanted) from = middle + 1;
    else to = middle;
  }
  return from;
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
