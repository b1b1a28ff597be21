import { named, type ServiceFacts, sparesAmong } from "../history/services.ts";
import { loadStores, type Store, serversOf } from "./stores.ts";

/** What a fault is aimed at: a service by its name, or whichever has a role when the step is played. */
export type Target =
  | string
  | {
      role:
        | "victim"
        | "that-server"
        | "balancer"
        | "master"
        | "fullest"
        | "every-redis"
        | "every-app-server"
        | "one-spare"
        | "every-spare";
    };

/** The app server that `--victim` chooses. */
export const victim: Target = { role: "victim" };
/** Inside of `forEachAppServer`: the app server whose turn it is. */
export const thatServer: Target = { role: "that-server" };
/** The balancer through which every request goes. */
export const balancer: Target = { role: "balancer" };
/** Of the servers that copy each other the one that takes the writes, whichever that is by now. */
export const master: Target = { role: "master" };
/** Of the servers that share out a store's sessions the one that has most of this run's. */
export const fullest: Target = { role: "fullest" };
/**
 * Every Redis server of the core, and those of the other stores that take part. Optional servers that no store of the run uses are
 * left alone.
 */
export const everyRedis: Target = { role: "every-redis" };
/** All app servers that take part from the beginning. */
export const everyAppServer: Target = { role: "every-app-server" };
/** The first of the spare app servers, and all of them; a scenario that uses them needs the Compose profile `spare`. */
export const oneSpare: Target = { role: "one-spare" };
export const everySpare: Target = { role: "every-spare" };

/** What is known of a run before it begins. */
export interface KnownBefore {
  victim: string;
  services: readonly ServiceFacts[];
  stores: readonly Store[];
}

/** The services that a target means, or may come to mean while the run is played. */
export function servicesMeant(target: Target, { victim, services, stores }: KnownBefore): readonly string[] {
  if (typeof target === "string") return [target];
  switch (target.role) {
    case "victim":
      return [victim];
    case "that-server":
      return named(services, "app-server");
    case "balancer":
      return named(services, "balancer").slice(0, 1);
    case "master":
      return stores.flatMap(({ group }) => (group?.holds === "copies" ? group.services : []));
    case "fullest":
      return stores.flatMap(({ group }) => (group?.holds === "parts" ? group.services : []));
    case "every-redis": {
      const core = loadStores().filter(({ profile }) => profile === null);
      const used = new Set([...core, ...stores].flatMap(serversOf));
      return services.flatMap(({ name, role, kind }) =>
        role === "store" && kind === "redis" && used.has(name) ? [name] : [],
      );
    }
    case "every-app-server":
      return named(services, "app-server");
    case "one-spare":
      return sparesAmong(services).slice(0, 1);
    case "every-spare":
      return sparesAmong(services);
  }
}

/** A target in words, for a person who reads a plan. */
export function tellTarget(target: Target, known: Pick<KnownBefore, "victim" | "services">): string {
  if (typeof target === "string") return target;
  const depends = ["master", "fullest", "every-redis"].includes(target.role);
  return depends ? target.role : servicesMeant(target, { ...known, stores: [] }).join(", ");
}
