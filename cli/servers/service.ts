import type { Standing } from "../balancers/balancer.ts";
import { factsOf } from "../history/services.ts";
import { type ContainerState, execIn } from "../subject/deployment.ts";
import type { Subject } from "../subject/subject.ts";
import { companionsOf } from "../theory/stores.ts";
import type { Access } from "../users/access.ts";
import { type Newcomers, newcomersOf } from "./newcomers.ts";
import { probeAppServer } from "./probe/app-server.ts";
import { probeBalancer } from "./probe/balancer.ts";
import type { Feeling } from "./probe/feeling.ts";
import { probeCompanion, probeStoreServer } from "./probe/store-server.ts";
import { type RedisSettings, redisSettings } from "./redis/settings.ts";
import { isRedis } from "./session-servers.ts";
import { changeStanding } from "./standings.ts";

/** What a fault may do to a service. */
export interface BreakableService {
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
}

/** How it is seen that something was done to a service. */
export interface VisibleService {
  readonly name: string;
  newcomers(): Promise<Newcomers>;
  /** What the engine says. */
  state(): Promise<ContainerState>;
  /** What is felt, by asking the service (or whoever uses it) through the balancer. */
  feel(): Promise<Feeling>;
}

export interface Service extends BreakableService, VisibleService {}

/** What there is, and how it is reached. */
type Whole = Pick<Subject, "services" | "architectures" | "deployment"> & Access;

export type ServiceOptions = Whole & {
  /** Policies that are looked at for newcomers; all unless told. */
  policies?: readonly string[];
};

/** A handle on one service. */
export function openService(name: string, options: ServiceOptions): Service {
  const { deployment, services, policies } = options;
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
      if (!isRedis(factsOf(services, name))) throw new Error(`${name} is no Redis server`);
      return redisSettings({ deployment, service: name });
    },
    stand: (standing) => changeStanding(options, name, standing),
    newcomers: () => newcomersOf(name, options, policies),
    state: async () => (await container()).state(),
    feel: () => probe(name, options),
  };
}

/** Asks a service by its role. */
async function probe(name: string, whole: Whole): Promise<Feeling> {
  const { services, architectures, deployment, door } = whole;
  const facts = factsOf(services, name);
  if (facts?.role === "balancer") return probeBalancer(name, whole);
  const companions = companionsOf(name);
  if (facts && companions.length > 0) return probeCompanion(facts, companions, deployment);
  const stores = architectures.map(({ store }) => store);
  const own = stores.find(({ server }) => server === name);
  if (own) return probeStoreServer(name, own.id, { services, deployment, door });
  const any = stores.find(({ server }) => server === null) ?? stores[0];
  if (facts?.role === "app-server" && any) return probeAppServer(name, { door, store: any.id });
  return { answers: false, life: undefined, says: `nobody knows how to ask ${name}` };
}
