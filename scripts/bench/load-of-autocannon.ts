/** A process of its own for scripts/bench/users.ts: autocannon asks the same, and looks at no answer. */
import { readFileSync } from "node:fs";
import autocannon from "autocannon";
import type { Load, Target } from "./users.ts";

const { port, connections, seconds, sessions } = JSON.parse(readFileSync(process.argv[2]!, "utf8")) as Target;

/** @returns what it came to from when every connection's requests were made ready */
async function load(duration: number): Promise<Load> {
  let first = 0;
  let begin = 0;
  let cpu = process.cpuUsage();
  const { requests, non2xx, errors } = await new Promise<autocannon.Result>((resolve, reject) => {
    const running = autocannon(
      {
        url: `http://127.0.0.1:${port}/whoami`,
        connections,
        duration,
        // Each connection begins with another session; in step they would all be at the same app server at the same time.
        setupClient: (client) => {
          const inTurn = [...sessions.slice(first), ...sessions.slice(0, first)];
          client.setRequests(inTurn.map(({ headers }) => ({ headers })));
          first += 1;
        },
      },
      (error, result) => (error ? reject(error) : resolve(result)),
    );
    running.once("start", () => {
      begin = performance.now();
      cpu = process.cpuUsage();
    });
  });
  const { user, system } = process.cpuUsage(cpu);
  if (non2xx + errors > 0) throw new Error(`autocannon had ${non2xx} answers that were none, and ${errors} errors`);
  return { requests: requests.total, ms: performance.now() - begin, cpuMs: (user + system) / 1_000 };
}

// The first seconds are the compiler's.
await load(2);
process.stdout.write(JSON.stringify(await load(seconds)));
