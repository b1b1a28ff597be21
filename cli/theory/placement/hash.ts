import { crc32 } from "node:zlib";

/**
 * Predicts to which of some servers of equal weight nginx's `hash KEY` sends a key, bit for bit as nginx computes it
 * (src/http/modules/ngx_http_upstream_hash_module.c), while all are up.
 *
 * @returns the index of a key's server; undefined when there are none
 */
export function hash(servers: number): (key: string) => number | undefined {
  return (key) => (servers === 0 ? undefined : ((crc32(key) >>> 16) & 0x7fff) % servers);
}
