import { readdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { InjectedFault } from "../report/injected-fault.ts";
import { copyPackage } from "../testing/package-copy.ts";
import { fatesOf, labCommand } from "../testing/run-lab.ts";

/**
 * The names of services are data of the subject. In a copy of the package the balancers, the app servers and a Redis get other names: in
 * what the containers are started from, in the files of the stores that live on that Redis, and in the one place of the CLI that says what
 * there is. Nothing else is touched, and everything does what it did.
 */
const newNames = {
  nginx: "front",
  balancer: "side-gate",
  app1: "shop-a",
  app2: "shop-b",
  app3: "shop-c",
  "redis-aof": "kept-cache",
} as const;
const appServers = [newNames.app1, newNames.app2, newNames.app3];
const copy = copyPackage({ withSources: true });
const lab = labCommand({ name: "test-rename", root: copy.root });

/** The containers' files: a service's own name, its name among the hosts, and where others call it. */
function renameInDeployment(): void {
  for (const [old, now] of Object.entries(newNames)) {
    copy.change("compose/compose.yaml", new RegExp(`(?<=\n  )${old}(?=:\\s)`), now);
    copy.change("compose/compose.yaml", new RegExp(`(?<=- ")${old}(?=:\\$)`), now);
  }
  copy.change("compose/compose.yaml", '"redis-aof:/data"', `"${newNames["redis-aof"]}:/data"`);
  copy.change("nginx/policies/node-cookie.conf", "server balancer:3000", `server ${newNames.balancer}:3000`);
  copy.change("nginx/nginx.conf", "app[1-6]", `${appServers.join("|")}|app[4-6]`);
  const policies = readdirSync(join(copy.root, "nginx/policies")).map((file) => `nginx/policies/${file}`);
  const calling = policies.filter((file) => file !== "nginx/policies/node-cookie.conf");
  for (const app of ["app1", "app2", "app3"] as const)
    for (const file of ["compose/compose.yaml", "nginx/nginx.conf", ...calling])
      copy.change(file, new RegExp(`\\b${app}\\b`), newNames[app]);
}

/** What the CLI and the app know of the stack that they belong to. */
function renameInSubject(): void {
  const { nginx, balancer, app1, app2, app3 } = newNames;
  copy.change("cli/lab/own-services.ts", '"app1", "app2", "app3"', `"${app1}", "${app2}", "${app3}"`);
  copy.change("cli/lab/own-services.ts", '= "app2"', `= "${app2}"`);
  copy.change("cli/lab/own-services.ts", '= "nginx"', `= "${nginx}"`);
  copy.change("cli/lab/own-services.ts", 'name: "balancer"', `name: "${balancer}"`);
  for (const store of ["redis-aof", "redis-fallback", "spring", "jwt-denylist"])
    copy.change(`services/app/stores/${store}.ts`, '"redis-aof"', `"${newNames["redis-aof"]}"`);
}

beforeAll(async () => {
  renameInDeployment();
  renameInSubject();
  await execa("npm", ["run", "build"], { cwd: copy.root, stdin: "ignore" });
  await lab.up(["--with", "spare"]);
});

afterAll(async () => {
  await lab.run(["down"]);
  lab[Symbol.dispose]();
  copy[Symbol.dispose]();
});

const six = ["--users", "6"];

describe("scenarios, in a stack whose services have other names", () => {
  it("server-crash: the sessions in the memory of the second app server are lost, under the Node balancer, too", async () => {
    const narrow = ["--policy", "cookie,ip-hash,node-cookie", "--store", "memory,redis-aof"];
    const { result, exitCode } = await lab.json(["scenario", "server-crash", ...six, ...narrow]);
    expect(fatesOf(result)).toEqual([
      "cookie.memory: 2 lost, 4 survived",
      "cookie.redis-aof: 6 survived",
      "ip-hash.memory: 2 lost, 4 survived",
      "ip-hash.redis-aof: 6 survived",
      "node-cookie.memory: 2 lost, 4 survived",
      "node-cookie.redis-aof: 6 survived",
    ]);
    expect(result.faults).toMatchObject([{ kind: "kill", target: newNames.app2, confirmed: true, healed: true }]);
    expect(Object.keys(result.architectures[0]!.placement).sort()).toEqual([...appServers].sort());
    expect(exitCode).toBe(0);
  });

  it("redis-crash: what the append-only file keeps is there", async () => {
    const narrow = ["--policy", "cookie", "--store", "memory,redis,redis-aof,spring"];
    const { result, exitCode } = await lab.json(["scenario", "redis-crash", ...six, ...narrow]);
    expect(fatesOf(result)).toEqual([
      "cookie.memory: 6 survived",
      "cookie.redis: 6 lost",
      "cookie.redis-aof: 6 survived",
      "cookie.spring: 6 survived",
    ]);
    expect(result.faults.map(({ target }) => target)).toContain(newNames["redis-aof"]);
    expect(exitCode).toBe(0);
  });

  it("balancer-restart: what only the balancer remembered is gone", async () => {
    const narrow = ["--policy", "cookie,cookie-learn,node-cookie", "--store", "memory"];
    const { result, exitCode } = await lab.json(["scenario", "balancer-restart", ...six, ...narrow]);
    expect(result).toMatchObject({ verdict: "confirmed", reasons: [] });
    expect(fatesOf(result)).toEqual(
      expect.arrayContaining(["cookie.memory: 6 survived", "node-cookie.memory: 6 survived"]),
    );
    const learned = result.architectures.find(({ id }) => id === "cookie-learn.memory")!;
    expect(learned.fates.orphaned).toBeGreaterThan(0);
    expect(result.faults.map(({ target }) => target)).toContain(newNames.nginx);
    expect(exitCode).toBe(0);
  });

  it("scale-out: those whom the arithmetic moves are orphaned, and nobody else", async () => {
    const narrow = ["--policy", "cookie,cookie-hash,ip-hash", "--store", "memory", "--users", "18"];
    const { result, exitCode } = await lab.json(["scenario", "scale-out", ...narrow]);
    expect(result).toMatchObject({ verdict: "confirmed", reasons: [] });
    const moved = Object.fromEntries(result.architectures.map(({ policy, fates }) => [policy, fates.orphaned ?? 0]));
    expect(moved.cookie).toBe(0);
    expect(moved["ip-hash"]).toBeGreaterThan(0);
    expect(result.faults).toMatchObject([{ kind: "join", target: "app4", confirmed: true, healed: true }]);
    expect(exitCode).toBe(0);
  });
});

describe("commands, in a stack whose services have other names", () => {
  it.each([
    ["kill", newNames.app2],
    ["partition", newNames["redis-aof"]],
    ["freeze", newNames.nginx],
    ["kill", newNames.balancer],
    ["drain", newNames.app3],
  ])("`fault %s %s` is confirmed, `status` shows it, and `heal` mends it", async (kind, service) => {
    const { stdout, exitCode } = await lab.run(["fault", kind, service, "--json"]);
    expect(JSON.parse(stdout) as InjectedFault).toMatchObject({ kind, target: service, confirmed: true });
    expect(exitCode).toBe(0);
    expect((await lab.run(["status"])).stdout).toContain(service);

    const healed = await lab.run(["heal"]);
    expect(healed.stdout).toContain(`${service} was `);
    expect(healed.stdout).toMatch(/Everything answers again, after [\d.]+ s\.$/);
    expect(healed.exitCode).toBe(0);
    expect((await lab.run(["heal"])).stdout).toBe("There is nothing to heal.");
  });

  it("`reset` brings everything back and empties the stores", async () => {
    await lab.run(["user", "alice", "login", "--at", "cookie.redis-aof"]);
    await lab.run(["fault", "kill", newNames["redis-aof"]]);
    await lab.run(["fault", "stop", newNames.app1]);
    expect(await lab.run(["reset"])).toMatchObject({ exitCode: 0 });
    const status = JSON.parse((await lab.run(["status", "--json"])).stdout) as {
      services: { service: string; running: boolean }[];
      sessions: Record<string, Record<string, number>>;
    };
    const states = new Map(status.services.map(({ service, running }) => [service, running]));
    for (const name of Object.values(newNames)) expect(states.get(name), name).toBe(true);
    expect(Object.keys(status.sessions["redis-aof"]!)).toEqual(expect.arrayContaining(appServers));
    expect(new Set(Object.values(status.sessions["redis-aof"]!))).toEqual(new Set([0]));
  });

  it("`watch` shows the services by their names", async () => {
    const watching = lab.start(["watch", "--no-open", "--users", "1"]);
    let said = "";
    for await (const chunk of watching.stdout) {
      said += String(chunk);
      if (/http:\S+/.test(said)) break;
    }
    const [address] = /http:\S+/.exec(said)!;
    const names = [newNames.nginx, ...appServers, newNames["redis-aof"]];
    const seen = await readUntil(new URL("events", address), names);
    watching.kill("SIGINT");
    expect((await watching).exitCode).toBe(130);
    expect(seen).toEqual(names);
  });
});

/** Reads a stream of events until it has told of all these names, for 20 s at most. @returns those that it told of */
async function readUntil(address: URL, names: readonly string[]): Promise<string[]> {
  const { body } = await fetch(address, { signal: AbortSignal.timeout(20_000) });
  let text = "";
  const told = () => names.filter((name) => text.includes(`"${name}"`));
  for await (const chunk of body!) {
    text += Buffer.from(chunk).toString();
    if (told().length === names.length) break;
  }
  return told();
}
