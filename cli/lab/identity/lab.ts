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
