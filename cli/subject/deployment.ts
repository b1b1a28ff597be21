/** The state of one service's container, as its engine sees it. */
export interface ContainerState {
  service: string;
  id: string;
  running: boolean;
  paused: boolean;
  exitCode: number;
  /** ISO 8601; changes with every start. */
  startedAt: string;
  /** ISO 8601, of the life before where it runs; the year 1 where it has not ended yet. */
  finishedAt?: string;
  /** What its first process was started with, program first. */
  command?: readonly string[];
  /** Attached to the subject's network. */
  attached: boolean;
  health: string;
}

/** One container, whatever engine it is on. */
export interface Container {
  readonly id: string;
  state(): Promise<ContainerState>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM, then SIGKILL after `graceSeconds`. */
  stop(options?: { graceSeconds?: number }): Promise<void>;
  pause(): Promise<void>;
  unpause(): Promise<void>;
  /** Runs a command in it. @returns what that printed on stdout */
  exec(command: readonly string[]): Promise<string>;
  /** Runs its own health check (`healthcheck` in the Compose file) now: the state that Docker states may be seconds old. */
  isWell(): Promise<boolean>;
  /** What it wrote since an instant (ms since the epoch). */
  log(options: { from: "stdout" | "stderr"; sinceMs?: number }): Promise<string>;
}

/** Where the services of a subject run: how a service's container is found, brought back, cut off and joined again. */
export interface Deployment {
  /** What follows a command of the lab that is to mean this subject, e.g. ` --name demo`; empty where it is meant anyway. */
  readonly option: string;
  /** Of all services that there are. */
  states(): Promise<ContainerState[]>;
  /** @throws LabError (`service-missing`) */
  containerOf(service: string): Promise<Container>;
  /** Starts a service's container again, or has another take its place. @throws LabError (`start-failed`) with the engine's own words */
  bring(service: string): Promise<void>;
  /** Takes a service off the subject's network. */
  cut(service: string): Promise<void>;
  /** Attaches it to the network again, under its address and its names. */
  join(service: string): Promise<void>;
  /** Does something while no other command does the same to this subject. @param what goes on after `somebody is` @throws LabError (`locked`) */
  alone<Value>(what: string, act: () => Promise<Value>): Promise<Value>;
  /** Service -> the address at which the others reach it, of those that have a fixed one. */
  addresses(): Promise<ReadonlyMap<string, string>>;
}

/** One service of a subject. */
export interface ServiceAddress {
  deployment: Deployment;
  service: string;
}

/** Runs a command in a service's container. @returns what that printed on stdout */
export async function execIn({ deployment, service }: ServiceAddress, command: readonly string[]): Promise<string> {
  return (await deployment.containerOf(service)).exec(command);
}

/** What a service wrote since an instant (ms since the epoch). */
export async function logOf(
  { deployment, service }: ServiceAddress,
  options: { from: "stdout" | "stderr"; sinceMs?: number },
): Promise<string> {
  return (await deployment.containerOf(service)).log(options);
}
