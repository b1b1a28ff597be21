/** Sees to it that no visitor is given a connection of a PostgreSQL pool that has died while nobody used it. */
import type { Pool } from "pg";

/** How often the connections that nobody uses are asked. */
const ASK_EVERY_MS = 1_000;

export interface IdleConnections {
  /** Asks them all now, unless that is being done; drops those that do not answer. Never rejects. */
  ask(): Promise<void>;
  /** Asks every connection that the pool may have, and opens those that are missing. Rejects when one does not answer. */
  useAll(): Promise<void>;
  stop(): void;
}

/**
 * A server whose machine, or whose way to us, has gone says nothing, and the pool would go on keeping connections to it: each of
 * them would cost a visitor a 503. So each second every idle connection is asked, and one that does not answer is dropped: a dead
 * connection is kept for a second and the pool's `query_timeout` (1.7 s altogether), whether somebody asks or not. A pool without
 * connections asks nobody: an app server whose lab runs without the database never speaks of it.
 */
export function watchIdleConnections(pool: Pool, { onDead }: { onDead: (error: Error) => void }): IdleConnections {
  let asking: Promise<Error[]> | undefined;
  const ask = async () => {
    asking ??= each(pool, pool.idleCount).then((errors) => {
      asking = undefined;
      if (errors[0]) onDead(errors[0]);
      return errors;
    });
    await asking;
  };
  const timer = setInterval(ask, ASK_EVERY_MS).unref();
  return {
    ask,
    async useAll() {
      // Those that are being asked already come back to the pool when they answer, and the dead one never does.
      const found = await Promise.all([asking ?? [], each(pool, pool.options.max)]);
      const [error] = found.flat();
      if (error) throw error;
    },
    stop: () => clearInterval(timer),
  };
}

/**
 * All are wanted at once, so the pool hands out as many different ones; when visitors use some, the pool hands out those that come
 * back, which have just been used.
 *
 * @returns what went wrong on those that did not answer
 */
async function each(pool: Pool, count: number): Promise<Error[]> {
  const errors: Error[] = [];
  // Not by `pool.connect()`: whoever has a client in his own hands hears of its end in an event, and an error that nobody listens to
  // ends the process.
  const askOne = () => pool.query("SELECT 1");
  await Promise.all(Array.from({ length: count }, () => askOne().catch((error) => errors.push(error))));
  return errors;
}
