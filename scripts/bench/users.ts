import { join } from "node:path";
import { execa } from "execa";
import { packageRoot } from "../../cli/lab/paths.ts";
import { architectureHost } from "../../cli/lab/topology.ts";
import { actingAtOnce } from "../../cli/runner/pace.ts";
import { clientAddresses } from "../../cli/users/client-address.ts";
import { openTransport } from "../../cli/users/transport.ts";
import { clientAddressHeader, VirtualUser } from "../../cli/users/virtual-user.ts";
import { figure, type Measurement, repeat, say } from "./figure.ts";

/** What one load came to. */
export interface Load {
  requests: number;
  ms: number;
  /** Processor time of the process that asked, user and system. */
  cpuMs: number;
}

/** For how long each load runs. */
const seconds = 5;

/**
 * The virtual users beside tools that only count answers, through the same nginx with as many connections: `GET /whoami` with a
 * login's cookies. A virtual user keeps a cookie jar, checks that the answer is about itself, and writes a line of history.
 */
export const measureUsers: Measurement = async ({ rounds, lab, home }) => {
  await lab("up");
  const { port } = (JSON.parse((await lab("status", "--json")).stdout) as { lab: { port: number } }).lab;
  const host = architectureHost({ policy: "cookie", store: "memory" });
  const cookie = await cookiesOf(host, port);
  // With it nginx treats a request as a virtual user's: without it each is a line in its log, which costs more than the request.
  const as = { [clientAddressHeader]: clientAddresses()() };
  const target = JSON.stringify({ port, host, cookie, as, seconds, connections: actingAtOnce, home });
  const load = async (script: string): Promise<Load> => {
    const run = await execa("npx", ["tsx", join(packageRoot, "scripts/bench", script), target], { cwd: packageRoot });
    return JSON.parse(run.stdout) as Load;
  };
  const perRequest = ({ cpuMs, requests }: Load) => cpuMs / requests;
  const perSecond = ({ ms, requests }: Load) => (requests * 1_000) / ms;

  const loads = await repeat(rounds, async () => {
    const users = await load("load-of-users.ts");
    const bare = await load("load-of-autocannon.ts");
    const wrk = await loadOfWrk({ port, host, cookie, as });
    say(
      `users: ${Math.round(perSecond(users))} requests/s, ${perRequest(users).toFixed(3)} ms CPU each; autocannon: ${Math.round(perSecond(bare))}/s, ${perRequest(bare).toFixed(3)} ms; wrk: ${Math.round(wrk)}/s`,
    );
    return { cpu: perRequest(users) / perRequest(bare), rate: perSecond(users) / wrk };
  });
  await lab("down");
  return [
    figure(
      "processor time of a verified request",
      "a bare one of autocannon",
      loads.map(({ cpu }) => cpu),
      "at most 1.0",
    ),
    figure(
      "verified requests per second",
      "wrk on the same URL",
      loads.map(({ rate }) => rate),
      "at least 0.8",
    ),
  ];
};

async function cookiesOf(host: string, port: number): Promise<string> {
  const transport = openTransport({ port });
  try {
    const user = new VirtualUser({ id: "bench", host, address: clientAddresses()(), nonce: "a nonce" });
    await user.perform("who-am-i", { transport, now: () => 0 }, { phase: "baseline" });
    await user.perform("log-in", { transport, now: () => 0 }, { phase: "baseline" });
    return user.cookies.map(({ name, value }) => `${name}=${value}`).join("; ");
  } finally {
    await transport.close();
  }
}

interface Target {
  port: number;
  host: string;
  cookie: string;
  /** Headers that say who asks. */
  as: Record<string, string>;
}

/** @returns requests per second */
async function loadOfWrk({ port, host, cookie, as }: Target): Promise<number> {
  const { stdout } = await execa("wrk", [
    ...["--threads", "1", "--connections", `${actingAtOnce}`, "--duration", `${seconds}s`],
    ...["--header", `Host: ${host}:${port}`, "--header", `Cookie: ${cookie}`],
    ...Object.entries(as).flatMap(([name, value]) => ["--header", `${name}: ${value}`]),
    `http://127.0.0.1:${port}/whoami`,
  ]);
  const refused = /Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1];
  if (refused) throw new Error(`wrk had ${refused} answers that were none`);
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(stdout)![1]);
}
