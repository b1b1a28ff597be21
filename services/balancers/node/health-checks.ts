import { get } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { AppServer, AppServers } from "./app-servers.ts";
import type { Timeouts } from "./attempt.ts";

export interface HealthCheckOptions {
  /** From the end of one check to the next. */
  readonly everyMs: number;
  readonly timeouts: Timeouts;
  /** Ends the checks. */
  readonly signal: AbortSignal;
}

/** One missed check may be bad luck; a request that fails takes a server out at once (forward.ts). */
const FAILURES_UNTIL_DOWN = 2;

/** Asks these app servers again and again whether they are well, each at its own pace, as long as they are in the list. */
export function checkHealth(
  appServers: AppServers,
  options: HealthCheckOptions,
  these: readonly AppServer[] = appServers.all,
): void {
  for (const server of these) void checkOne(server, appServers, options);
}

async function checkOne(server: AppServer, appServers: AppServers, options: HealthCheckOptions): Promise<void> {
  const { everyMs, timeouts, signal } = options;
  let failures = 0;
  while (!signal.aborted && appServers.has(server)) {
    const problem = await askHealth(server, timeouts, signal);
    if (signal.aborted) return;
    failures = problem === undefined ? 0 : failures + 1;
    if (problem === undefined) appServers.markUp(server);
    else if (failures >= FAILURES_UNTIL_DOWN) appServers.markDown(server, `health check: ${problem}`);
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
}

/** @returns what is wrong, or undefined */
function askHealth(
  { host, port }: AppServer,
  { connectMs, readMs }: Timeouts,
  signal: AbortSignal,
): Promise<string | undefined> {
  return new Promise((resolve) => {
    // A connection of its own: whether new visitors get in is the question.
    const asking = get({ host, port, path: "/healthz", agent: false, signal });
    const giveUp = (what: string) => asking.destroy(new Error(what));
    const deadlineMs = connectMs + readMs;
    // As in attempt.ts: not before what has arrived was read.
    const tooLate = () => giveUp(`no answer within ${deadlineMs} ms`);
    const answering = setTimeout(() => setImmediate(tooLate), deadlineMs);
    asking.on("socket", (socket) => {
      const lookAtSocket = () => socket.connecting && giveUp(`no connection within ${connectMs} ms`);
      setTimeout(() => setImmediate(lookAtSocket), connectMs);
    });
    asking.on("response", (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200 ? undefined : `status ${answer.statusCode}`);
    });
    asking.on("error", (error) => resolve(error.message));
    asking.on("close", () => clearTimeout(answering));
  });
}
