/**
 * Names, addresses and ports of the lab. Nothing else in the CLI spells `app1` or an address; compose/compose.yaml and nginx/
 * spell them once more, for whoever reads those files.
 */

export const appServers: readonly string[] = ["app1", "app2", "app3"];
/** Started with the Compose profile `spare`; in no upstream group until a scenario puts them in. */
export const spareServers: readonly string[] = ["app4", "app5", "app6"];
export const spareProfile = "spare";
export const balancer = "nginx";
/** The balancer of the policy node-cookie (services/balancers/node). */
export const nodeBalancer = "balancer";
/** The way to each app server past every balancer (services/door). */
export const doorService = "door";
/** The app server that is broken when `--victim` does not name another. */
export const defaultVictim = "app2";

/** The published port when `--port` does not say otherwise and it is free. */
export const defaultPort = 8080;
export const defaultName = "lab";

/** A lab on this machine: enough to reach it, whoever started it. */
export interface Lab {
  name: string;
  /** Of this start of it: another lab of the same name, earlier or later, has another one. */
  id: string;
  /** Compose project, the prefix of every container, network and volume. */
  project: string;
  /** Published on 127.0.0.1. */
  port: number;
  /** First three octets of its /24. */
  subnetPrefix: string;
  /** Compose profiles that run: the optional servers. */
  profiles: readonly string[];
}

export function projectOf(name: string): string {
  return `session-lab-${name}`;
}

/** The host name under which nginx serves an architecture. */
export function architectureHost({ policy, store }: { policy: string; store: string }): string {
  return `${policy}.${store}.localhost`;
}

/** The host name under which the door (and nginx, for people) hands a request to one app server, past every policy. */
export function directHost({ appServer, store }: { appServer: string; store: string }): string {
  return `${appServer}.${store}.localhost`;
}

export function architectureUrl(host: string, port: number): string {
  return `http://${host}:${port}/`;
}

/** Docker's name of the network that the services share. */
export function networkOf({ project }: Pick<Lab, "project">): string {
  return `${project}_lab`;
}

/** Subnets that are tried in turn for a new lab: 172.28.99, the default of compose.yaml, then others of 172.28.0.0/16. */
export function candidateSubnetPrefixes(): string[] {
  const others = Array.from({ length: 100 }, (_, index) => `172.28.${100 + index}`);
  return ["172.28.99", ...others];
}
