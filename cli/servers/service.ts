import { appServers, architectureHost, balancer } from "../lab/topology.ts";
import { type ContainerState, type Deployment, execIn, type ServiceAddress } from "../subject/deployment.ts";
import type { Door, SiteReply } from "../subject/site.ts";
import { loadPolicies } from "../theory/policies.ts";
import { companionsOf } from "../theory/stores.ts";
import type { Access } from "../users/access.ts";
import { clientAddresses } from "../users/client-address.ts";
import { VirtualUser } from "../users/virtual-user.ts";
import { isRedis, type RedisSettings, redisSettings } from "./redis-settings.ts";
import { sessionServerOf } from "./session-server.ts";
import { changeStanding, readStandings, type Standing } from "./upstreams.ts";

/** How a service feels to somebody who uses it. */
export interface Feeling {
  /** It answers requests. */
  answers: boolean;
  /** A name for this life of the process (boot id, Redis run_id); unknown while it does not answer. */
  life: string | undefined;
  says: string;
  /** Redis `INFO`, where the service is a Redis that answers. */
  info?: Readonly<Record<string, string>>;
}

/** Whom the balancers send to an app server. */
export interface Newcomers {
  /** How it stands in the lists that they run with; undefined: as the files in nginx/ say. */
  standing: Standing | undefined;
  /** Policies under which some of a few new browsers got there, and those under which none did. */
  comeBy: readonly string[];
  stayAwayBy: readonly string[];
}

/** What a fault may do to a service, and how it can see that it was done. */
export interface Service {
  readonly name: string;
  kill(): Promise<void>;
  /** SIGTERM, SIGKILL after a grace period. */
  stop(): Promise<void>;
  start(): Promise<void>;
  pause(): Promise<void>;
  unpause(): Promise<void>;
  disconnect(): Promise<void>;
  connect(): Promise<void>;
  /** Runs a command in its container. @returns what that printed on stdout */
  exec(command: readonly string[]): Promise<string>;
  /** For Redis servers: their settings can be changed. @throws Error for any other service */
  redis(): RedisSettings;
  /** Changes how it stands in the balancers' lists; undefined puts it back as it was. */
  stand(standing: Standing | undefined): Promise<void>;
  newcomers(): Promise<Newcomers>;
  /** What the engine says. */
  state(): Promise<ContainerState>;
  /** What is felt, by asking the service (or whoever uses it) through the balancer. */
  feel(): Promise<Feeling>;
}

export interface ServiceOptions extends Access {
  deployment: Deployment;
  /** Compose service that holds a store -> id of that store, to ask app servers about it. */
  storeOf: ReadonlyMap<string, string>;
  /** Policies that are looked at for newcomers; all unless told. */
  policies?: readonly string[];
}

/** New browsers that ask at a policy's door in one look: enough that none of four servers is missed by chance. */
const newcomersPerLook = 16;

/** A handle on one service. */
export function openService(name: string, options: ServiceOptions): Service {
  const { deployment, door, storeOf, policies } = options;
  const store = storeOf.get(name);
  const container = () => deployment.containerOf(name);
  return {
    name,
    kill: async () => (await container()).kill(),
    stop: async () => (await container()).stop(),
    start: () => deployment.bring(name),
    pause: async () => (await container()).pause(),
    unpause: async () => (await container()).unpause(),
    disconnect: () => deployment.cut(name),
    connect: () => deployment.join(name),
    exec: (command) => execIn({ deployment, service: name }, command),
    redis: () => {
      if (!isRedis(name)) throw new Error(`${name} is no Redis server`);
      return redisSettings({ deployment, service: name });
    },
    stand: (standing) => changeStanding(deployment, name, standing),
    newcomers: async () => ({
      standing: (await readStandings(deployment))[name],
      ...(await whoSends(name, options, policies ?? loadPolicies().map(({ id }) => id))),
    }),
    state: async () => (await container()).state(),
    feel: () => {
      if (name === balancer) return feelBalancer(options);
      const companions = companionsOf(name);
      if (companions.length > 0) return feelCompanion(name, companions, deployment);
      return store === undefined ? feelAppServer(name, door, storeOf) : feelStore(name, store, { deployment, door });
    },
  };
}

async function whoSends(name: string, { site, transport, originOf }: Access, policies: readonly string[]) {
  const newAddress = clientAddresses();
  const comes = await Promise.all(
    policies.map(async (policy) => {
      const host = architectureHost({ policy, store: "memory" });
      const visits = Array.from({ length: newcomersPerLook }, () => {
        const at = { origin: originOf(policy), host };
        const newcomer = new VirtualUser({ id: "newcomer", ...at, address: newAddress(), nonce: "none" });
        const tools = { site, transport, now: () => 0 };
        return newcomer.perform("who-am-i", tools, { phase: "baseline", connection: "fresh" });
      });
      return (await Promise.all(visits)).some(({ server }) => server === name);
    }),
  );
  return {
    comeBy: policies.filter((_, index) => comes[index]),
    stayAwayBy: policies.filter((_, index) => !comes[index]),
  };
}

/** nginx does not name its lives; the start time of its master process does (`/proc/1/stat`, field 22, ticks since boot). */
async function feelBalancer({ deployment, transport, originOf }: ServiceOptions): Promise<Feeling> {
  const reply = await transport.send({
    // Whatever the policy: all of them are nginx's.
    origin: originOf(loadPolicies()[0]!.id),
    ...{ host: "balancer", method: "GET", path: "/balancer-healthz", headers: {}, connection: "fresh" },
  });
  const answers = reply.answered && reply.status === 200;
  const stat = answers ? await execIn({ deployment, service: balancer }, ["cat", "/proc/1/stat"]).catch(() => "") : "";
  const life = stat.trim().split(" ")[21];
  return { answers, life, says: life ? `nginx answers, its process began at tick ${life}` : describe("nginx", reply) };
}

async function feelAppServer(name: string, door: Door, stores: ReadonlyMap<string, string>): Promise<Feeling> {
  // Any store will do: the boot id comes with every answer, a 503 about the store included.
  const store = [...stores.values()][0] ?? "memory";
  const { answers, boot, says } = await door.ask({ appServer: name, store });
  return { answers, life: boot, says: boot ? `${name} answers, boot ${boot.slice(0, 8)}` : `asking ${name}: ${says}` };
}

/** Asks the app servers in turn, the users of the store, whether they reach it; and the store itself which process it is. */
async function feelStore(
  name: string,
  store: string,
  { deployment, door }: Pick<ServiceOptions, "deployment" | "door">,
): Promise<Feeling> {
  for (const appServer of appServers) {
    const health = await door.ask({ appServer, store });
    if (!health.answers) continue;
    const answers = health.isWell;
    const info = answers && isRedis(name) ? await redisInfo({ deployment, service: name }) : undefined;
    const life = info
      ? info.run_id
      : answers
        ? await sessionServerOf(name)?.lifeOf({ deployment, service: name })
        : undefined;
    const says = answers
      ? `${appServer} reaches ${name}${life ? `, run_id ${life.slice(0, 8)}` : ""}`
      : `${appServer} cannot reach ${name}`;
    return { answers, life, says, ...(info ? { info } : {}) };
  }
  return { answers: false, life: undefined, says: `no app server answers to say whether ${name} is there` };
}

/**
 * The app servers reach a store of several servers also when one of these is away. So its companions are asked, over the network:
 * each looks for the one process that the name stands for.
 */
async function feelCompanion(name: string, companions: readonly string[], deployment: Deployment): Promise<Feeling> {
  const others = companions.filter((other) => other !== name);
  // `timeout`: an address without a container is silent.
  const find = ["sh", "-c", `timeout 1 redis-cli -h ${name} -p ${portOf(name)} info server | grep ^run_id:`];
  const ask = async (other: string) =>
    /run_id:(\w+)/.exec(await execIn({ deployment, service: other }, find).catch(() => ""))?.[1];
  const [first, ...rest] = others;
  // One that reaches it is enough; only where the first does not, all of the others have to say so.
  const life = (await ask(first!)) ?? (await Promise.all(rest.map(ask))).find((id) => id !== undefined);
  const info = life !== undefined && isRedis(name) ? await redisInfo({ deployment, service: name }) : undefined;
  const who = others.join(", ");
  const says = life
    ? `${name} is reached by its companions, run_id ${life.slice(0, 8)}`
    : `none of ${who} reaches ${name}`;
  return { answers: life !== undefined, life, says, ...(info ? { info } : {}) };
}

/** The usual ports of Sentinels and of Redis. */
function portOf(name: string): number {
  return name.startsWith("sentinel") ? 26_379 : 6379;
}

/**
 * All strings that a Redis server holds: what sessions look like there, whatever their layout is.
 * https://redis.io/docs/latest/commands/scan/
 */
const allStrings = `
local found, cursor = {}, "0"
repeat
  local page = redis.call("SCAN", cursor, "COUNT", 1000, "TYPE", "string")
  cursor = page[1]
  for _, key in ipairs(page[2]) do table.insert(found, redis.call("GET", key)) end
until cursor == "0"
return found`;

export interface RedisContents {
  role: string;
  /** All strings, one a line. */
  strings: string;
}

/** Undefined when it does not answer. */
export async function redisContents(at: ServiceAddress): Promise<RedisContents | undefined> {
  const ask = 'redis-cli info replication | grep ^role: && exec redis-cli --raw eval_ro "$0" 0';
  const said = await execIn(at, ["sh", "-c", ask, allStrings]).catch(() => "");
  const [, role, strings] = /^role:(\w+)\r?\n([\s\S]*)$/.exec(said) ?? [];
  return role === undefined || strings === undefined ? undefined : { role, strings };
}

/** Redis `INFO`, as a table of its fields; undefined when the server does not answer. */
export async function redisInfo(at: ServiceAddress): Promise<Record<string, string> | undefined> {
  const text = await execIn(at, ["redis-cli", "INFO", "everything"]).catch(() => "");
  const fields = [...text.matchAll(/^(\w+):(.*?)\r?$/gm)].map(([, field, value]) => [field!, value!] as const);
  return fields.length === 0 ? undefined : Object.fromEntries(fields);
}

function describe(name: string, reply: SiteReply): string {
  if (reply.answered) return `asking ${name} gives status ${reply.status}`;
  return `asking ${name}: ${reply.reason}`;
}
