import type { Deployment, ServiceAddress } from "../subject/deployment.ts";
import type { Store } from "../theory/stores.ts";
import { redisInfo } from "./redis/info.ts";

/** The service that takes the writes of a store with copies, by what they say of themselves; undefined when not exactly one says so. */
export async function masterOf({ group }: Store, deployment: Deployment): Promise<string | undefined> {
  const services = group?.holds === "copies" ? group.services : [];
  const roles = await Promise.all(services.map(async (service) => (await redisInfo({ deployment, service }))?.role));
  const masters = services.filter((_, index) => roles[index] === "master");
  return masters.length === 1 ? masters[0] : undefined;
}

/**
 * What is not well with those of these stores that have several servers: they need a while to agree after one of them was away. Well means that
 * the health check of each says so, and that copies have one master.
 */
export async function groupProblems(all: readonly Store[], deployment: Deployment): Promise<string[]> {
  const stores = all.filter(({ group }) => group !== null);
  const members = stores.flatMap(({ group }) => [...group!.services, ...group!.watchers]);
  const [isWell, masters] = await Promise.all([
    Promise.all(members.map((service) => isWellNow({ deployment, service }).catch(() => false))),
    Promise.all(stores.map((store) => masterOf(store, deployment))),
  ]);
  return [
    ...members.filter((_, index) => !isWell[index]).map((service) => `${service} is not well yet`),
    ...stores
      .filter(({ group }, index) => group!.holds === "copies" && masters[index] === undefined)
      .map(({ id }) => `the servers of ${id} do not agree on one master`),
  ];
}

async function isWellNow({ deployment, service }: ServiceAddress): Promise<boolean> {
  return (await deployment.containerOf(service)).isWell();
}
