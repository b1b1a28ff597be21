import type { Engine } from "../docker/engine.ts";
import type { Lab } from "../lab/topology.ts";
import { type Store, storesOf } from "../theory/stores.ts";
import { redisInfo } from "./service.ts";

/** The service that takes the writes of a store with copies, by what they say of themselves; undefined when not exactly one says so. */
export async function masterOf({ group }: Store, lab: Lab, engine: Engine): Promise<string | undefined> {
  const services = group?.holds === "copies" ? group.services : [];
  const roles = await Promise.all(services.map(async (service) => (await redisInfo(engine, lab, service))?.role));
  const masters = services.filter((_, index) => roles[index] === "master");
  return masters.length === 1 ? masters[0] : undefined;
}

/**
 * What is not well with a lab's stores of several servers: they need a while to agree after one of them was away. Well means that
 * the health check of each says so, and that copies have one master.
 */
export async function groupProblems(lab: Lab, engine: Engine): Promise<string[]> {
  const stores = storesOf(lab).filter(({ group }) => group !== null);
  const members = stores.flatMap(({ group }) => [...group!.services, ...group!.watchers]);
  const [isWell, masters] = await Promise.all([
    Promise.all(members.map((service) => engine.isWell(lab, service).catch(() => false))),
    Promise.all(stores.map((store) => masterOf(store, lab, engine))),
  ]);
  return [
    ...members.filter((_, index) => !isWell[index]).map((service) => `${service} is not well yet`),
    ...stores
      .filter(({ group }, index) => group!.holds === "copies" && masters[index] === undefined)
      .map(({ id }) => `the servers of ${id} do not agree on one master`),
  ];
}
