import { isIPv4, isIPv6 } from "node:net";

/** A server of an upstream group, in the order of its `server` lines. */
export interface HashedServer {
  name: string;
  /** nginx's `weight=`. */
  weight?: number;
  /** Marked `down`, or taken out after a failure. */
  isDown?: boolean;
}

/** nginx draws this often; then it gives up hashing and goes round robin. */
const draws = 21;

/**
 * Predicts to which server nginx's `ip_hash` sends a client, bit for bit as nginx computes it
 * (src/http/modules/ngx_http_upstream_ip_hash_module.c). A draw that falls on a server that is down is followed by another
 * one, which goes on from where the hash stands. For a few addresses it stands still; those, and groups with fewer than two
 * servers, nginx sends round in turn.
 *
 * @param address IPv4 or IPv6, as nginx sees it: the connection's, or what the realip module put in its place
 * @returns the server's name, or undefined where nginx goes round robin, which no address predicts
 */
export function ipHashServer(address: string, servers: readonly HashedServer[]): string | undefined {
  if (servers.length < 2) return undefined;
  const key = hashedBytes(address);
  const totalWeight = servers.reduce((sum, { weight = 1 }) => sum + weight, 0);
  let hash = 89;
  for (let draw = 0; draw < draws; draw++) {
    for (const byte of key) hash = (hash * 113 + byte) % 6271;
    const server = serverAt(hash % totalWeight, servers);
    if (!server.isDown) return server.name;
  }
  return undefined;
}

/** Servers lie side by side, each as wide as its weight. A server that is down keeps its width. */
function serverAt(point: number, servers: readonly HashedServer[]): HashedServer {
  const [first, ...others] = servers;
  const width = first!.weight ?? 1;
  return point < width ? first! : serverAt(point - width, others);
}

/** Three octets of an IPv4 address, all sixteen of an IPv6 one. */
function hashedBytes(address: string): number[] {
  if (isIPv4(address)) return octets(address).slice(0, 3);
  if (isIPv6(address) && !address.includes("%")) return ipv6Bytes(address);
  throw new TypeError(`"${address}" is no IPv4 or IPv6 address`);
}

function octets(address: string): number[] {
  return address.split(".").map(Number);
}

/** RFC 4291, 2.2: `::` stands for as many zero groups as are missing, and the last four bytes may be written as IPv4. */
function ipv6Bytes(address: string): number[] {
  const [head = [], tail = []] = address.split("::").map(groupBytes);
  return [...head, ...Array(16 - head.length - tail.length).fill(0), ...tail];
}

function groupBytes(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (group.includes(".")) return octets(group);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 255];
  });
}
