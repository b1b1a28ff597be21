import { factsOf, named, type ServiceFacts } from "../../history/services.ts";
import { type Deployment, execIn } from "../../subject/deployment.ts";
import type { Door } from "../../subject/site.ts";
import { sessionServerOf } from "../session-servers.ts";
import type { Feeling } from "./feeling.ts";

export interface StoreAsking {
  services: readonly ServiceFacts[];
  deployment: Deployment;
  door: Door;
}

/** Asks the app servers in turn, the users of the store, whether they reach it; and its server itself which process it is. */
export async function probeStoreServer(
  name: string,
  store: string,
  { services, deployment, door }: StoreAsking,
): Promise<Feeling> {
  for (const appServer of named(services, "app-server")) {
    const health = await door.ask({ appServer, store });
    if (!health.answers) continue;
    if (!health.isWell) return { answers: false, life: undefined, says: `${appServer} cannot reach ${name}` };
    const server = sessionServerOf(factsOf(services, name));
    const at = { deployment, service: name };
    const info = await server?.infoOf?.(at);
    const life = info?.run_id ?? (await server?.lifeOf(at));
    const says = `${appServer} reaches ${name}${life ? `, run_id ${life.slice(0, 8)}` : ""}`;
    return { answers: true, life, says, ...(info ? { info } : {}) };
  }
  return { answers: false, life: undefined, says: `no app server answers to say whether ${name} is there` };
}

/** The ports on which a server of a group is asked by the others, by kind. */
const ports: Readonly<Record<string, number>> = { redis: 6379, "redis-sentinel": 26_379 };

/**
 * The app servers reach a store of several servers also when one of these is away. So its companions are asked, over the network:
 * each looks for the one process that the name stands for.
 */
export async function probeCompanion(
  facts: ServiceFacts,
  companions: readonly string[],
  deployment: Deployment,
): Promise<Feeling> {
  const { name, kind = "redis" } = facts;
  const others = companions.filter((other) => other !== name);
  // `timeout`: an address without a container is silent.
  const find = ["sh", "-c", `timeout 1 redis-cli -h ${name} -p ${ports[kind]} info server | grep ^run_id:`];
  const ask = async (other: string) =>
    /run_id:(\w+)/.exec(await execIn({ deployment, service: other }, find).catch(() => ""))?.[1];
  const [first, ...rest] = others;
  // One that reaches it is enough; only where the first does not, all of the others have to say so.
  const life = (await ask(first!)) ?? (await Promise.all(rest.map(ask))).find((id) => id !== undefined);
  const info = life === undefined ? undefined : await sessionServerOf(facts)?.infoOf?.({ deployment, service: name });
  const who = others.join(", ");
  const says = life
    ? `${name} is reached by its companions, run_id ${life.slice(0, 8)}`
    : `none of ${who} reaches ${name}`;
  return { answers: life !== undefined, life, says, ...(info ? { info } : {}) };
}
