/**
 * Any sequence of faults and heals, then `lab reset`, equals a fresh lab. A few sequences of fixed seed; `RESET_RUNS=40` has as many,
 * of a seed that is new each time.
 */
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { loadFault } from "../catalogue.ts";
import type { Fault } from "../fault.ts";
import { storesOf } from "../lab/stores.ts";
import { appServers, balancer, directHost, type Lab, networkOf, nodeBalancer } from "../lab/topology.ts";
import { docker, inventory } from "../testing/engine-inventory.ts";
import { labCommand } from "../testing/run-lab.ts";
import { type ContainerState, Engine } from "./engine.ts";
import { type LabServices, openLabServices } from "./lab-services.ts";
import { countSessions } from "./look-at-sessions.ts";
import { resetLab } from "./reset-lab.ts";
import { findLab } from "./start-lab.ts";

const name = "test-reset";
const runs = Number(process.env.RESET_RUNS ?? 4);
/** The four sequences of this one have every kind of illness, both faults of an AOF, and changed lists of app servers. */
const seed = process.env.RESET_RUNS ? {} : { seed: 62 };

const command = labCommand({ name });
const engine = new Engine();
let lab: Lab;
let services: LabServices;
beforeAll(async () => {
  await command.up();
  lab = (await findLab(name, engine))!;
  services = openLabServices(lab, engine);
});
afterAll(async () => {
  await services[Symbol.asyncDispose]();
  await command.run(["down"]);
  command[Symbol.dispose]();
});

const redisServers = ["redis", "redis-rdb", "redis-aof"];
const others = [...appServers, balancer, nodeBalancer];

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
    // The balancers' lists are changed in their containers.
    return isWell(model, this.target, ...(this.#changesLists() ? [balancer, nodeBalancer] : []));
  }

  async run(model: Model): Promise<void> {
    const fault = await faultOf(this);
    await fault.inject(services.named(this.target));
    const illness = ({ kill: "down", stop: "down", freeze: "frozen", partition: "cut off" } as const)[this.kind];
    if (illness) model.ill.set(this.target, illness);
    model.broken.push(this);
    await agree(model);
  }

  #changesLists(): boolean {
    return ["drain", "leave"].includes(this.kind);
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

/** Somebody logs in and shops. */
class LogIn implements Command {
  readonly appServer: string;
  readonly store: string;
  constructor(appServer: string, store: string) {
    this.appServer = appServer;
    this.store = store;
  }

  check(model: Readonly<Model>): boolean {
    return isWell(model, balancer, this.appServer);
  }

  async run(): Promise<void> {
    await services.transport.send({
      host: directHost(this),
      method: "POST",
      path: "/login",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ user: "ada", nonce: "n" }),
      connection: "fresh",
    });
  }

  toString(): string {
    return `log in at ${this.appServer} with ${this.store}`;
  }
}

async function faultOf({ kind, target }: { kind: string; target: string }): Promise<Fault> {
  return (await loadFault(kind))(target);
}

const breaks = (kinds: string[], targets: string[]) =>
  fc.tuple(fc.constantFrom(...kinds), fc.constantFrom(...targets)).map(([kind, target]) => new Break(kind, target));
const sequence = fc.commands<Model, object, false>(
  [
    breaks(["kill", "stop", "freeze", "partition", "restart"], [...others, ...redisServers]),
    breaks(["refuse-writes", "evict", "evict-expiring", "aof-at-restart", "aof-then-restart"], redisServers),
    breaks(["drain", "leave"], [...appServers]),
    fc
      .tuple(fc.constantFrom(...appServers), fc.constantFrom("memory", ...redisServers))
      .map(([appServer, store]) => new LogIn(appServer, store)),
    fc.constant(new HealNewest()),
  ],
  { maxCommands: 12, size: "max" },
);

it(`equals a fresh lab, whatever was broken and healed before (${runs} sequences)`, {
  timeout: 60_000 + runs * 30_000,
}, async () => {
  const fresh = await portrait();
  await fc.assert(
    fc.asyncProperty(sequence, async (commands) => {
      await fc.asyncModelRun(() => ({ model: { ill: new Map(), broken: [] }, real: {} }), commands);
      await resetLab(lab, engine);
      expect(await portrait()).toEqual(fresh);
    }),
    // Each try takes seconds: the sequence as it was found has to do.
    { ...seed, numRuns: runs, endOnFailure: true },
  );
});

/** All of the lab that a command could have changed, as the engine and the servers themselves say it. */
async function portrait(): Promise<Record<string, unknown>> {
  const states = await engine.states(lab);
  const inspected = await docker("inspect", "--format", containerFacts, ...states.map(({ id }) => id));
  const stores = storesOf(lab).filter(({ livesIn }) => livesIn !== "browser");
  const exec = async (service: string, script: string) =>
    (await engine.exec(lab, service, ["sh", "-c", script])).trim().split("\n");
  return {
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
      balancer,
      "cd /tmp/nginx && find . -type f | sort | xargs md5sum; nginx -T -c /tmp/nginx/nginx.conf 2>&1 | md5sum",
    ),
    nodeBalancer: await exec(nodeBalancer, "ls /tmp"),
    redis: await Promise.all(redisServers.map((server) => exec(server, redisFacts))),
    sessions: await countSessions(lab, stores),
  };
}

const containerFacts =
  "{{.Name}} {{.State.Status}} {{.Path}} {{.Args}} {{range $name, $net := .NetworkSettings.Networks}}{{$name}} {{$net.IPAddress}} {{$net.IPAMConfig}} {{end}}{{.HostConfig.PortBindings}}";

/** Settings, keys, users, what is on disk. An empty snapshot is none, and the number in the name of an AOF is its age. */
const redisFacts = `
redis-cli CONFIG GET '*' | paste - - | sort
redis-cli DBSIZE
redis-cli ACL LIST
redis-cli INFO replication | grep ^role
redis-cli INFO persistence | grep ^aof_enabled
find /data -type f ! '(' -name dump.rdb -size -200c ')' | sed 's/[.][0-9]*[.]/.N./' | sort`;
