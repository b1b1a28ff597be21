/** Lets a connection to Redis find out that it is dead while nobody uses it. */
import { Cluster, type Redis } from "ioredis";

/** How often a connection is asked. */
const ASK_EVERY_MS = 1_000;

/**
 * The address of a killed container, or of one that is cut off, just falls silent: a connection to it looks ready until somebody
 * asks, and the first visitor after a repair would get a 503. So each connection that is ready, in a cluster one for each server, is
 * asked each second (https://redis.io/docs/latest/commands/ping/); when it owes the answer for as long as `socketTimeout`, ioredis
 * closes it and connects anew. A dead connection looks alive for these two together, 1.7 s, whether somebody asks or not.
 *
 * @returns ends the asking
 */
export function askWhileIdle(redis: Redis | Cluster): () => void {
  const timer = setInterval(() => {
    // Whatever the answer is, an error included, it is one; and silence closes the connection.
    for (const connection of redis instanceof Cluster ? redis.nodes() : [redis])
      if (connection.status === "ready") connection.ping().catch(() => {});
  }, ASK_EVERY_MS).unref();
  return () => clearInterval(timer);
}
