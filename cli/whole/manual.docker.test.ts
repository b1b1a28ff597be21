import { afterAll, beforeAll, expect, it } from "vitest";
import { labDeployment } from "../lab/lab-deployment.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { lookAtSessions } from "../lab/look-at-sessions.ts";
import { findLab } from "../lab/start-lab.ts";
import type { InjectedFault } from "../report/injected-fault.ts";
import type { UserStory } from "../report/user-story.ts";
import { execIn } from "../subject/deployment.ts";
import { labCommand } from "../testing/run-lab.ts";

/** The lab as a person drives it, one command after the other. */
const name = "test-manual";
const lab = labCommand({ name });
const engine = new LabEngine();

beforeAll(async () => {
  await lab.up();
});

afterAll(async () => {
  await lab.run(["down"]);
  lab[Symbol.dispose]();
});

it("a user logs in, shops, and is logged out by the death of the app server", async () => {
  const login = await user("login", "--at", "cookie.memory");
  const home = login.operation!.server!;
  await user("add", "pear");
  expect(await user("whoami")).toMatchObject({ operation: { answer: "me", cart: ["pear"], server: home } });
  expect((await user("cookies")).cookies.map((cookie) => cookie.name)).toEqual(["SERVER_ID", `sid_${name}`]);

  const killed = await fault("kill", home);
  expect(killed).toMatchObject({ exitCode: 0, fault: { kind: "kill", target: home, confirmed: true } });
  expect(killed.fault.evidence.map(({ source, shows }) => `${source} ${shows}`)).toEqual(["engine true", "felt true"]);
  const away = await user("whoami");
  expect(away.operation).toMatchObject({ answer: "anonymous", server: expect.not.stringMatching(home) });
  expect(away.judgement).toMatchObject({ asItShouldBe: false });

  const healed = await lab.run(["heal"]);
  expect(healed.stdout).toContain(`${home} was not running, exit code 137: started\n`);
  expect(healed.stdout).toMatch(/Everything answers again, after [\d.]+ s\.$/);
  expect(healed.exitCode).toBe(0);
  expect((await lab.run(["heal"])).stdout).toBe("There is nothing to heal.");
});

it("`sessions` shows where each session lives, with its key and its end", async () => {
  await user("login", "--at", "cookie.redis");
  const { stdout, exitCode } = await lab.run(["sessions", "--store", "redis", "--json"]);
  const { stores, servers } = JSON.parse(stdout) as Awaited<ReturnType<typeof lookAtSessions>>;
  expect(stores).toEqual([{ store: "redis", livesIn: "server", server: "redis", seen: { app1: 1, app2: 1, app3: 1 } }]);
  expect(servers).toMatchObject([{ service: "redis", answers: true, total: 1, entries: [{ type: "string" }] }]);
  const [entry] = servers[0]!.entries;
  expect(entry!.key).toMatch(/^sess:/);
  expect(entry!.ttlMs).toBeGreaterThan(29 * 60_000);
  expect(exitCode).toBe(0);
});

it("a store that cannot be reached is no logout, and the command says so with exit code 2", async () => {
  await user("login", "--at", "cookie.redis-aof");
  await fault("partition", "redis-aof");
  const { stdout, exitCode } = await lab.run(["user", "ada", "whoami", "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    operation: { answer: "store-unreachable" },
    judgement: { asItShouldBe: null },
  });
  expect(exitCode).toBe(2);
  await lab.run(["heal", "redis-aof"]);
  expect((await user("whoami")).operation).toMatchObject({ answer: "me" });
});

it("a fault that would hit nothing is refused: the wrong kind of server, or one that is down already", async () => {
  const wrong = await lab.run(["fault", "evict", "app1"]);
  expect(wrong.stderr).toContain('"evict" would hit nothing: app1 is no Redis server.');
  expect(wrong.exitCode).toBe(64);
  await fault("stop", "app3");
  const again = await lab.run(["fault", "kill", "app3"]);
  expect(again.stderr).toContain('"kill" would hit nothing: app3 is down already');
  expect(again.exitCode).toBe(2);
});

it("reset makes the lab as new, whatever is dead, frozen or set otherwise", async () => {
  const fresh = await state();
  for (const [kind, target] of [
    ["freeze", "app2"],
    ["refuse-writes", "redis-aof"],
    ["aof-at-restart", "redis-rdb"],
  ] as const) {
    await user("login", "--at", "cookie.redis");
    await user("login", "--at", "cookie.memory");
    expect(await fault(kind, target)).toMatchObject({ exitCode: 0, fault: { confirmed: true } });
    const { exitCode, stdout } = await lab.run(["reset"]);
    expect(stdout).toContain("Kept browsers forgotten:");
    expect(exitCode).toBe(0);
    expect(await state()).toEqual({ ...fresh, sessions: [] });
    expect((await user("cookies", "--at", "cookie.redis")).cookies).toEqual([]);
  }
});

async function user(...words: string[]): Promise<UserStory> {
  const { stdout, stderr } = await lab.run(["user", "ada", ...words, "--json"]);
  if (!stdout.startsWith("{")) throw new Error(stderr);
  return JSON.parse(stdout) as UserStory;
}

async function fault(kind: string, target: string): Promise<{ exitCode: number | undefined; fault: InjectedFault }> {
  const { exitCode, stdout, stderr } = await lab.run(["fault", kind, target, "--json"]);
  if (!stdout.startsWith("{")) throw new Error(stderr);
  return { exitCode, fault: JSON.parse(stdout) as InjectedFault };
}

/** What can differ from a new lab: the settings of Redis, and sessions wherever they can be counted. */
async function state() {
  const running = (await findLab(name, engine))!;
  const { stores, servers } = await lookAtSessions(running, engine);
  const redis = ["redis", "redis-rdb", "redis-aof"];
  const settings = await Promise.all(
    redis.map((service) =>
      execIn({ deployment: labDeployment(running, engine), service }, [
        "sh",
        "-c",
        "redis-cli CONFIG GET '*' | paste - - | sort",
      ]),
    ),
  );
  const counts = stores.map(({ store, seen }) => `${store}: ${Object.values(seen).join(" ")}`);
  const keys = servers.flatMap(({ entries }) => entries.map(({ key }) => key));
  return { settings, sessions: [...counts.filter((line) => /[1-9]/.test(line.split(": ")[1]!)), ...keys] };
}
