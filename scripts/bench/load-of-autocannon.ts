/** A process of its own for scripts/bench/users.ts: autocannon asks the same, and looks at no answer. */
import autocannon from "autocannon";
import type { Load } from "./users.ts";

const { port, host, cookie, as, seconds, connections } = JSON.parse(process.argv[2]!) as Record<
  "host" | "cookie",
  string
> &
  Record<"port" | "seconds" | "connections", number> & { as: Record<string, string> };

const ask = (duration: number) =>
  autocannon({
    url: `http://127.0.0.1:${port}/whoami`,
    headers: { host: `${host}:${port}`, cookie, accept: "application/json", ...as },
    connections,
    duration,
  });
// The first seconds are the compiler's.
await ask(2);

const begin = performance.now();
const cpu = process.cpuUsage();
const { requests, non2xx, errors } = await ask(seconds);
const { user, system } = process.cpuUsage(cpu);
if (non2xx + errors > 0) throw new Error(`autocannon had ${non2xx} answers that were none, and ${errors} errors`);
const load: Load = { requests: requests.total, ms: performance.now() - begin, cpuMs: (user + system) / 1_000 };
process.stdout.write(JSON.stringify(load));
