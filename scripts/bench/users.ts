import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../../cli/paths.ts";
import { actingAtOnce } from "../../cli/runner/pace.ts";
import { architectureHost } from "../../cli/theory/architectures.ts";
import { clientAddresses, clientAddressHeader } from "../../cli/users/client-address.ts";
import { labSite } from "../../cli/users/lab-site.ts";
import { openTransport } from "../../cli/users/transport.ts";
import { type UserOptions, VirtualUser } from "../../cli/users/virtual-user.ts";
import { benchScript } from "./built.ts";
import { type Bench, figure, inTurns, type Measurement, repeat, say } from "./figure.ts";

/** What one load came to. */
export interface Load {
  requests: number;
  ms: number;
  /** Processor time of the process that asked, user and system. */
  cpuMs: number;
}

/** What each of the three asks, and where; a file of it is what the processes are given. */
export interface Target {
  port: number;
  host: string;
  connections: number;
  seconds: number;
  sessions: Session[];
}

/** A browser that is logged in. */
export interface Session {
  /** From which a virtual user is made anew. */
  user: Required<UserOptions>;
  /** The headers that this virtual user sends, for those that know no users. */
  headers: Record<string, string>;
}

/** Divisible by the three app servers: each holds as many. */
const sessionCount = 240;

/**
 * The virtual users beside tools that only count answers, through the same nginx, on as many connections, with the same logged-in
 * sessions on all app servers in turn: `GET /whoami`. A virtual user keeps a cookie jar, checks that the answer is about itself, and
 * writes a line of history.
 */
export const measureUsers: Measurement = async ({ rounds, lab, run, home }) => {
  await lab("up");
  const { port } = (JSON.parse((await lab("status", "--json")).stdout) as { lab: { port: number } }).lab;
  const host = architectureHost({ policy: "cookie", store: "memory" });
  const sessions = await logIn(host, port);
  const target: Target = { port, host, connections: actingAtOnce, seconds: 5, sessions };
  const file = join(home, "target.json");
  writeFileSync(file, JSON.stringify(target));
  const loadOf = async (script: string): Promise<Load> =>
    JSON.parse((await run(process.execPath, [...benchScript(script), file])).stdout) as Load;

  const loads = await repeat(rounds, async (round) => {
    const [users, bare, wrk] = await inTurns(round, [
      () => loadOf("load-of-users.ts"),
      () => loadOf("load-of-autocannon.ts"),
      () => loadOfWrk(target, { run, home }),
    ]);
    say(
      `users: ${perSecond(users!)} requests/s, ${cpuPerRequest(users!).toFixed(3)} ms CPU each; autocannon: ${perSecond(bare!)}/s, ${cpuPerRequest(bare!).toFixed(3)} ms; wrk: ${perSecond(wrk!)}/s`,
    );
    return { cpu: cpuPerRequest(users!) / cpuPerRequest(bare!), rate: perSecond(users!) / perSecond(wrk!) };
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

function cpuPerRequest({ cpuMs, requests }: Load): number {
  return cpuMs / requests;
}

function perSecond({ ms, requests }: Load): number {
  return Math.round((requests * 1_000) / ms);
}

/** @throws Error when the balancer does not spread them evenly over the app servers */
async function logIn(host: string, port: number): Promise<Session[]> {
  const transport = openTransport();
  const newAddress = clientAddresses();
  const sessions: Session[] = [];
  const placement: Record<string, number> = {};
  try {
    for (let index = 0; index < sessionCount; index++) {
      const options = {
        id: `bench-${index}`,
        origin: `http://127.0.0.1:${port}`,
        host,
        address: newAddress(),
        nonce: `nonce-${index}`,
      };
      const user = new VirtualUser(options);
      for (const kind of ["who-am-i", "log-in"] as const)
        await user.perform(kind, { site: labSite, transport, now: () => 0 }, { phase: "baseline" });
      placement[user.home ?? "nowhere"] = (placement[user.home ?? "nowhere"] ?? 0) + 1;
      sessions.push({ user: { ...options, cookies: user.serializedCookies }, headers: headersOf(user, port) });
    }
  } finally {
    await transport.close();
  }
  if (Object.values(placement).some((count) => count !== sessionCount / 3))
    throw new Error(`the sessions are not spread evenly: ${JSON.stringify(placement)}`);
  return sessions;
}

/** With its address nginx treats a request as a virtual user's: without it each is a line in its log, which costs more than the request. */
function headersOf({ host, address, cookies }: VirtualUser, port: number): Record<string, string> {
  return {
    accept: "application/json",
    [clientAddressHeader]: address,
    cookie: cookies.map(({ name, value }) => `${name}=${value}`).join("; "),
    host: `${host}:${port}`,
  };
}

async function loadOfWrk(target: Target, { run, home }: Pick<Bench, "run" | "home">): Promise<Load> {
  const { port, connections, seconds, sessions } = target;
  const file = join(home, "requests.txt");
  const requests = sessions.map(({ headers }) => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
    return `${["GET /whoami HTTP/1.1", ...lines].join("\r\n")}\r\n\r\n`;
  });
  writeFileSync(file, requests.join("\0"));
  const { stdout } = await run("wrk", [
    ...["--threads", "1", "--connections", `${connections}`, "--duration", `${seconds}s`],
    ...["--script", join(packageRoot, "scripts/bench/sessions-in-turn.lua"), `http://127.0.0.1:${port}/`, "--", file],
  ]);
  const load = JSON.parse(stdout.trim().split("\n").at(-1)!) as Load & { failed: number };
  if (load.failed > 0) throw new Error(`wrk had ${load.failed} answers that were none`);
  return load;
}
