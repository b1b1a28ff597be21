/**
 * Any sequence of faults and heals, then `lab reset`, equals a fresh lab. A few sequences that together have every kind of fault;
 * `RESET_RUNS=40` adds as many random ones, of a seed that is new each time (`RESET_SEED` repeats one).
 */

import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faultKinds, loadFault } from "../catalogue.ts";
import { balancerOfKind, named, sparesAmong } from "../history/services.ts";
import type { Fault } from "../servers/fault.ts";
import { masterOf } from "../servers/server-groups.ts";
import type { ContainerState } from "../subject/deployment.ts";
import { execIn } from "../subject/deployment.ts";
import { docker, inventory } from "../testing/engine-inventory.ts";
import { labCommand } from "../testing/run-lab.ts";
import { selectArchitectures } from "../theory/architectures.ts";
import { storesOf } from "../theory/stores.ts";
import { waitUntil } from "../wait.ts";
import { type Lab, networkOf } from "./identity/lab.ts";
import { labDeployment } from "./lab-deployment.ts";
import { LabEngine } from "./lab-engine.ts";
import { type LabServices, openLabServices } from "./lab-services.ts";
import { countSessions } from "./look-at-sessions.ts";
import { frontBalancer, ownServices } from "./own-services.ts";
import { resetLab } from "./reset-lab.ts";
import { findLab } from "./start-lab.ts";

const appServers = named(ownServices, "app-server");
const nodeBalancer = balancerOfKind(ownServices, "node")!;
const spareServers = sparesAmong(ownServices);

const name = "test-reset";
const randomRuns = Number(process.env.RESET_RUNS ?? 0);
const seed = Number(process.env.RESET_SEED ?? Date.now() % 2 ** 31);

const command = labCommand({ name });
const engine = new LabEngine();
let lab: Lab;
let services: LabServices;
let fresh: Portrait;
beforeAll(async () => {
  await command.up(["--with", "spare,redis-sentinel"]);
  lab = (await findLab(name, engine))!;
  services = openLabServices(lab, engine);
  fresh = await stillPortrait();
});
afterAll(async () => {
  await services[Symbol.asyncDispose]();
  await command.run(["down"]);
  command[Symbol.dispose]();
});

const redisServers = ["redis", "redis-rdb", "redis-aof"];
const copies = ["redis-ha1", "redis-ha2", "redis-ha3"];
const others = [...appServers, frontBalancer, nodeBalancer];

type Ill = "down" | "frozen" | "cut off";
/** What is known of the lab: who is ill, of those who are not well, and what was broken, newest last. */
interface Model {
  ill: Map<string, Ill>;
  broken: { kind: string; target: string }[];
}

const isWell = ({ ill }: Model, ...names: string[]) => names.every((service) => !ill.has(service));

/** Whatever else it is: the engine says of each service what the model says. */
async function agree({ ill }: Model): Promise<void> {
  const states = await engine.states(lab);
  const found = states.flatMap((state) => (illnessOf(state) ? [`${state.service} is ${illnessOf(state)}`] : []));
  expect(found.sort()).toEqual([...ill].map(([service, illness]) => `${service} is ${illness}`).sort());
}

function illnessOf({ running, paused, attached }: ContainerState): Ill | undefined {
  if (!running) return "down";
  if (paused) return "frozen";
  return attached ? undefined : "cut off";
}

type Command = fc.AsyncCommand<Model, object, false>;

/** Breaks a service that is well, as `lab fault` does; without waiting for anybody to feel it. */
class Break implements Command {
  readonly kind: string;
  readonly target: string;
  constructor(kind: string, target: string) {
    this.kind = kind;
    this.target = target;
  }

  check(model: Readonly<Model>): boolean {
    if (this.kind === "return") return model.ill.get(this.target) === "down";
    // The balancers' lists are changed in their containers.
    return isWell(model, this.target, ...(this.#changesLists() ? [frontBalancer, nodeBalancer] : []));
  }

  async run(model: Model): Promise<void> {
    const fault = await faultOf(this);
    await fault.inject(services.named(this.target));
    const illness = ({ kill: "down", stop: "down", freeze: "frozen", partition: "cut off" } as const)[this.kind];
    if (illness) model.ill.set(this.target, illness);
    if (this.kind === "return") model.ill.delete(this.target);
    model.broken.push(this);
    await agree(model);
  }

  #changesLists(): boolean {
    return ["drain", "leave", "join"].includes(this.kind);
  }

  toString(): string {
    return `${this.kind} ${this.target}`;
  }
}

/** Heals the newest fault, as a scenario does in the end. */
class HealNewest implements Command {
  check({ broken }: Readonly<Model>): boolean {
    return broken.length > 0;
  }

  async run(model: Model): Promise<void> {
    const newest = model.broken.pop()!;
    await (await faultOf(newest)).heal(services.named(newest.target));
    model.ill.delete(newest.target);
    await agree(model);
  }

  toString(): string {
    return "heal the newest";
  }
}

const login = {
  method: "POST",
  path: "/login",
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ user: "ada", nonce: "n" }),
  connection: "fresh",
} as const;

/** Somebody logs in. */
class LogIn implements Command {
  readonly appServer: string;
  readonly store: string;
  constructor(appServer: string, store: string) {
    this.appServer = appServer;
    this.store = store;
  }

  check(model: Readonly<Model>): boolean {
    return isWell(model, frontBalancer, this.appServer);
  }

  async run(): Promise<void> {
    await services.access.transport.send({ ...(await services.access.door.to(this)), ...login });
  }

  toString(): string {
    return `log in at ${this.appServer} with ${this.store}`;
  }
}

/** The copies of `redis-sentinel` agree on another master: waited for, because it takes as long as the Sentinels want. */
class FailOver implements Command {
  check(model: Readonly<Model>): boolean {
    return !isWell(model, copies[0]!);
  }

  async run(): Promise<void> {
    const store = storesOf(lab).find(({ id }) => id === "redis-sentinel")!;
    const { seen } = await waitUntil({
      look: () => masterOf(store, labDeployment(lab, engine)),
      until: (master) => master !== undefined && master !== copies[0],
      deadlineMs: 60_000,
    });
    expect(copies.slice(1)).toContain(seen);
  }

  toString(): string {
    return "another becomes the master";
  }
}

async function faultOf({ kind, target }: { kind: string; target: string }): Promise<Fault> {
  return (await loadFault(kind))(target);
}

const broken = (kind: string, target: string) => new Break(kind, target);
const comesIn = (appServer: string, store: string) => new LogIn(appServer, store);
const healed = () => new HealNewest();

/** What each is about -> what happens. */
const sequences: Record<string, Command[]> = {
  "processes end, hang and come again": [
    comesIn("app1", "memory"),
    comesIn("app2", "redis"),
    comesIn("app3", "redis-aof"),
    broken("kill", "app1"),
    broken("stop", "app2"),
    broken("return", "app2"),
    broken("freeze", "app3"),
    broken("restart", "redis-rdb"),
    broken("kill", "redis"),
    healed(),
    broken("kill", "redis-aof"),
    broken("freeze", frontBalancer),
    broken("stop", nodeBalancer),
  ],
  "settings are changed": [
    comesIn("app1", "redis"),
    comesIn("app1", "redis-rdb"),
    comesIn("app1", "redis-aof"),
    broken("evict", "redis"),
    broken("evict-expiring", "redis-aof"),
    broken("refuse-writes", "redis-rdb"),
    broken("aof-at-restart", "redis"),
    broken("aof-then-restart", "redis-rdb"),
    healed(),
    broken("save", "redis"),
    broken("fill", "redis-rdb"),
    broken("refuse-writes", "redis-aof"),
    broken("kill", "redis"),
  ],
  "the balancers' lists are changed": [
    comesIn("app2", "memory"),
    broken("drain", "app1"),
    broken("leave", "app2"),
    healed(),
    broken("join", spareServers[0]!),
    broken("leave", "app3"),
    broken("kill", spareServers[0]!),
  ],
  "another becomes the master": [
    comesIn("app1", "redis-sentinel"),
    broken("hold-copies", copies[0]!),
    broken("kill", copies[0]!),
    new FailOver(),
    healed(),
    broken("freeze", copies[2]!),
  ],
  "the network is cut": [
    comesIn("app1", "redis"),
    broken("partition", frontBalancer),
    broken("partition", "app1"),
    broken("partition", "redis-aof"),
    healed(),
    broken("partition", "redis"),
    broken("kill", nodeBalancer),
    broken("hold-copies", copies[0]!),
  ],
};

describe("equals a fresh lab after", () => {
  it.each(Object.keys(sequences))("%s", { timeout: 240_000 }, async (about) => {
    const model: Model = { ill: new Map(), broken: [] };
    for (const step of sequences[about]!) {
      expect([`${step}`, step.check(model)]).toEqual([`${step}`, true]);
      await step.run(model, {});
    }
    await isAsFreshAfterReset();
  });

  it("these, and they have every kind of fault", () => {
    const kinds = Object.values(sequences).flatMap((steps) => steps.map((step) => `${step}`.split(" ")[0]));
    expect(kinds).toEqual(expect.arrayContaining(faultKinds()));
  });

  it.runIf(randomRuns > 0)(
    `${randomRuns} random sequences, seed ${seed}`,
    {
      timeout: 60_000 + randomRuns * 60_000,
    },
    async () => {
      await fc.assert(
        fc.asyncProperty(sequence, async (commands) => {
          await fc.asyncModelRun(() => ({ model: { ill: new Map(), broken: [] }, real: {} }), commands);
          await isAsFreshAfterReset();
        }),
        // Each try takes seconds: the sequence as it was found has to do.
        { seed, numRuns: randomRuns, endOnFailure: true },
      );
    },
  );
});

const breaks = (kinds: string[], targets: readonly string[]) =>
  fc.tuple(fc.constantFrom(...kinds), fc.constantFrom(...targets)).map(([kind, target]) => broken(kind, target));
const sequence = fc.commands<Model, object, false>(
  [
    breaks(["kill", "stop", "freeze", "partition", "restart", "return"], [...others, ...redisServers]),
    breaks(["kill", "stop", "freeze", "partition"], copies),
    breaks(["refuse-writes", "evict", "evict-expiring", "aof-at-restart", "aof-then-restart"], redisServers),
    breaks(["fill", "save"], redisServers),
    breaks(["hold-copies"], copies),
    breaks(["drain", "leave"], appServers),
    breaks(["join"], spareServers),
    fc
      .tuple(fc.constantFrom(...appServers), fc.constantFrom("memory", ...redisServers))
      .map(([appServer, store]) => comesIn(appServer, store)),
    fc.constant(healed()),
  ],
  { maxCommands: 12, size: "max" },
);

async function isAsFreshAfterReset(): Promise<void> {
  await resetLab(lab, engine);
  // Replicas come back to their master, and who asks a container something is one of its processes for a moment.
  const { seen } = await waitUntil({
    look: portrait,
    until: (now) => isDeepStrictEqual(now, fresh),
    deadlineMs: 30_000,
  });
  expect(seen).toEqual(fresh);
  expect(await notLetIn()).toEqual([]);
}

/** The architectures under which somebody new cannot log in. One after the other: so many at once are a crowd to a busy machine. */
async function notLetIn(): Promise<string[]> {
  const refused: string[] = [];
  for (const { id, host } of selectArchitectures(lab)) {
    const reply = await services.access.transport.send({ origin: `http://127.0.0.1:${lab.port}`, host, ...login });
    if (!reply.answered || reply.status !== 200) refused.push(`${id}: ${JSON.stringify(reply)}`);
  }
  return refused;
}

type Portrait = Record<string, unknown>;

/** When two in a row are the same. */
async function stillPortrait(): Promise<Portrait> {
  let before: Portrait = {};
  const { ok } = await waitUntil({
    look: async () => {
      const now = await portrait();
      const isStill = isDeepStrictEqual(now, before);
      before = now;
      return isStill;
    },
    until: (isStill) => isStill,
    deadlineMs: 60_000,
  });
  expect(ok).toBe(true);
  return before;
}

/** All of the lab that a command could have changed, as the engine and the servers themselves say it. */
async function portrait(): Promise<Portrait> {
  const states = await engine.states(lab);
  const inspected = await docker("inspect", "--format", containerFacts, ...states.map(({ id }) => id));
  const stores = storesOf(lab).filter(({ livesIn }) => livesIn !== "browser");
  const exec = async (service: string, script: string) =>
    (await execIn({ deployment: labDeployment(lab, engine), service }, ["sh", "-c", script])).trim().split("\n");
  const processes = states.map(async ({ service, id }) => [service, await processesIn(id)] as const);
  return {
    processes: Object.fromEntries(await Promise.all(processes)),
    inventory: await inventory(name),
    containers: inspected.sort(),
    network: (
      await docker(
        "network",
        "inspect",
        "--format",
        "{{range .Containers}}{{.Name}} {{.IPv4Address}}\n{{end}}",
        networkOf(lab),
      )
    ).sort(),
    nginx: await exec(
      frontBalancer,
      "cd /tmp/nginx && find . -type f | sort | xargs md5sum; nginx -T -c /tmp/nginx/nginx.conf 2>&1 | md5sum",
    ),
    nodeBalancer: await exec(nodeBalancer, "ls /tmp"),
    copies: await Promise.all(copies.map((server) => exec(server, roleAndKeys))),
    masters: await Promise.all(
      stores.map(async (store) => [store.id, await masterOf(store, labDeployment(lab, engine))]),
    ),
    redis: await Promise.all(redisServers.map((server) => exec(server, redisFacts))),
    sessions: await countSessions(lab, engine, stores),
  };
}

/** By their command lines; `docker top` wants the pids, too. */
async function processesIn(container: string): Promise<string[]> {
  const [, ...lines] = await docker("top", container, "-eo", "pid,args");
  return lines.map((line) => line.trim().replace(/^\d+ +/, "")).sort();
}

const containerFacts =
  "{{.Name}} {{.State.Status}} {{.Path}} {{.Args}} {{range $name, $net := .NetworkSettings.Networks}}{{$name}} {{$net.IPAddress}} {{$net.IPAMConfig}} {{end}}{{.HostConfig.PortBindings}}";

/** Of a server whose settings the Sentinels change. */
const roleAndKeys = `
redis-cli INFO replication | grep -E '^(role|master_host|connected_slaves)'
redis-cli DBSIZE`;

/** Settings, keys, users, what is on disk. An empty snapshot is none, and the number in the name of an AOF is its age. */
const redisFacts = `
redis-cli CONFIG GET '*' | paste - - | sort
redis-cli ACL LIST
${roleAndKeys}
redis-cli INFO persistence | grep ^aof_enabled
find /data -type f ! '(' -name dump.rdb -size -200c ')' | sed 's/[.][0-9]*[.]/.N./' | sort`;
