import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Lab } from "../lab/identity/lab.ts";
import { labDeployment } from "../lab/lab-deployment.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { frontBalancer } from "../lab/own-services.ts";
import { findLab } from "../lab/start-lab.ts";
import { execIn, logOf } from "../subject/deployment.ts";
import { hangMs } from "../testing/engine-pace.ts";
import { labCommand } from "../testing/run-lab.ts";
import { architectureHost } from "../theory/architectures.ts";
import { loadPolicies, type Policy } from "../theory/policies.ts";
import { clientAddresses } from "../users/client-address.ts";
import { labSite } from "../users/lab-site.ts";
import { openTransport, type Transport } from "../users/transport.ts";
import { VirtualUser } from "../users/virtual-user.ts";
import { lastSeen, waitUntil } from "../wait.ts";

/** What the policy files say of themselves, measured on real containers. A new file is measured, too. */
const policies = loadPolicies();
const withAffinity = policies.filter(({ affinity }) => affinity !== "none");
const withoutAffinity = policies.filter(({ affinity }) => affinity === "none");

const name = "test-policies";
const command = labCommand({ name });
const engine = new LabEngine();
const newAddress = clientAddresses();
let lab: Lab;
let transport: Transport;

beforeAll(async () => {
  await command.up();
  lab = (await findLab(name, engine))!;
  transport = openTransport();
});

afterAll(async () => {
  await transport?.close();
  await command.run(["down"]);
  command[Symbol.dispose]();
});

describe("placement: 60 browsers log in, and each asks six times who it is", () => {
  it.each(named(withAffinity))("%s always leads each to the same app server", async (_id, policy) => {
    expect(await placement(policy, { browsers: 60, asks: 6 })).toBe(
      "60 of 60 always met the app server of their login, which knew them; used: app1, app2, app3",
    );
  });

  it.each(named(withoutAffinity))("%s leads each to several", async (_id, policy) => {
    expect(await placement(policy, { browsers: 60, asks: 6 })).toBe(
      "0 of 60 always met the app server of their login, which knew them; used: app1, app2, app3",
    );
  });
});

describe("failover: app2 is killed and started again; then nginx is reloaded; then it is restarted", () => {
  let measured: Map<string, Findings>;
  beforeAll(async () => {
    measured = await measureFailover();
  });

  it.each(named(withAffinity))("%s does as its file says", (id, { afterFailover, keptIn }) => {
    expect(measured.get(id)).toEqual({
      "users of app2 while it is away": "all with another, each always with the same",
      "users of app2 when it is back": afterFailover === "returns" ? "all with app2 again" : "all where they fled to",
      "users of the others": "all where they were",
      "when nginx was reloaded": "all where they were",
      "when nginx was restarted": keptIn === "balancer-memory" ? "none where they were" : "all where they were",
    });
  });
});

it("nginx has nothing to complain about but the dead server", async () => {
  const log = await logOf({ deployment: labDeployment(lab, engine), service: frontBalancer }, { from: "stderr" });
  expect(log).toContain("while connecting to upstream");
  expect(log.split("\n").filter((line) => /\[(alert|emerg|crit)\]/.test(line))).toEqual([]);
});

function named(some: readonly Policy[]): [string, Policy][] {
  return some.map((policy) => [policy.id, policy]);
}

/** One after the other: among equals, servers come in turn, and no chance is in it. */
async function placement(policy: Policy, { browsers, asks }: { browsers: number; asks: number }): Promise<string> {
  const used = new Set<string>();
  let loyal = 0;
  for (let count = 0; count < browsers; count++) {
    const browser = await loggedIn(policy);
    const answers = await repeat(asks, () => ask(browser));
    for (const { server } of answers) used.add(server);
    if (answers.every(({ server, answer }) => server === browser.home && answer === "me")) loyal += 1;
  }
  return `${loyal} of ${browsers} always met the app server of their login, which knew them; used: ${[...used].sort().join(", ")}`;
}

type Findings = Record<
  | "users of app2 while it is away"
  | "users of app2 when it is back"
  | "users of the others"
  | "when nginx was reloaded"
  | "when nginx was restarted",
  string
>;

/** One fault for all policies at the same moment. @returns by policy id */
async function measureFailover(): Promise<Map<string, Findings>> {
  const usersOf = new Map<string, VirtualUser[]>();
  for (const policy of withAffinity) usersOf.set(policy.id, await repeat(24, () => loggedIn(policy)));
  /** Where each user of each policy is led: the one app server that answers three times, or `several`. */
  const look = async () => {
    const places = new Map<VirtualUser, string>();
    await Promise.all(
      [...usersOf.values()].map(async (users) => {
        for (const user of users) {
          const met = new Set((await repeat(3, () => ask(user))).map(({ server }) => server));
          places.set(user, met.size === 1 ? [...met][0]! : "several");
        }
      }),
    );
    return places;
  };

  await (await engine.containerOf(lab, "app2")).kill();
  const away = await look();
  await labDeployment(lab, engine).bring("app2");
  await everyPolicyUses("app2");
  const back = await look();
  await reloadNginx();
  const reloaded = await look();
  await (await engine.containerOf(lab, frontBalancer)).stop();
  await labDeployment(lab, engine).bring(frontBalancer);
  await everyPolicyUses("app2");
  const restarted = await look();

  return new Map(
    [...usersOf].map(([id, users]) => {
      const exposed = users.filter(({ home }) => home === "app2");
      const others = users.filter(({ home }) => home !== "app2");
      expect([exposed.length > 0, others.length > 0]).toEqual([true, true]);
      const fled = (user: VirtualUser) => !["app2", "several"].includes(away.get(user)!);
      return [
        id,
        {
          "users of app2 while it is away": `${share(exposed, fled)} with another, each always with the same`,
          "users of app2 when it is back": share(exposed, (user) => back.get(user) === away.get(user)).startsWith("all")
            ? "all where they fled to"
            : `${share(exposed, (user) => back.get(user) === "app2")} with app2 again`,
          "users of the others": `${share(others, (user) => [away, back].every((places) => places.get(user) === user.home))} where they were`,
          "when nginx was reloaded": `${share(users, (user) => reloaded.get(user) === back.get(user))} where they were`,
          "when nginx was restarted": `${share(users, (user) => restarted.get(user) === back.get(user))} where they were`,
        },
      ];
    }),
  );
}

/** Until a failure window is over a policy leaves a server out that is well. */
async function everyPolicyUses(appServer: string): Promise<void> {
  const unsure = new Set(policies.map(({ id }) => id));
  const waited = await waitUntil({
    look: async () => {
      for (const id of [...unsure]) if ((await ask(visitor(id))).server === appServer) unsure.delete(id);
      return [...unsure];
    },
    until: (left) => left.length === 0,
    deadlineMs: 30_000,
  });
  if (!waited.ok) throw new Error(`nobody is led to ${appServer} for 30 s by some policy: ${lastSeen(waited)}`);
}

async function reloadNginx(): Promise<void> {
  const workers = () =>
    execIn({ deployment: labDeployment(lab, engine), service: frontBalancer }, ["cat", "/proc/1/task/1/children"]);
  const before = await workers();
  await execIn({ deployment: labDeployment(lab, engine), service: frontBalancer }, [
    "nginx",
    "-c",
    "/etc/nginx/nginx.conf",
    "-s",
    "reload",
  ]);
  const old = before.trim();
  const waited = await waitUntil({
    look: workers,
    until: (now) => now.trim() !== "" && !now.split(" ").includes(old),
    deadlineMs: hangMs,
  });
  if (!waited.ok) throw new Error(`nginx still has its old worker ${old}: ${lastSeen(waited)}`);
}

function visitor(policy: string): VirtualUser {
  const host = architectureHost({ policy, store: "memory" });
  return new VirtualUser({
    id: "browser",
    origin: `http://127.0.0.1:${lab.port}`,
    host,
    address: newAddress(),
    nonce: "a nonce",
  });
}

async function loggedIn({ id }: Policy): Promise<VirtualUser> {
  const user = visitor(id);
  await user.perform("log-in", { site: labSite, transport, now: () => 0 }, { phase: "baseline" });
  return user;
}

async function ask(user: VirtualUser): Promise<{ server: string; answer: string }> {
  const { server = "nobody", answer } = await user.perform(
    "who-am-i",
    { site: labSite, transport, now: () => 0 },
    { phase: "baseline", connection: "fresh" },
  );
  return { server, answer };
}

async function repeat<Result>(times: number, act: () => Promise<Result>): Promise<Result[]> {
  const results: Result[] = [];
  for (let time = 0; time < times; time++) results.push(await act());
  return results;
}

/** `all`, `none`, or how many. */
function share<Item>(items: readonly Item[], is: (item: Item) => boolean): string {
  const count = items.filter(is).length;
  if (count === items.length) return "all";
  return count === 0 ? "none" : `${count} of ${items.length}`;
}
