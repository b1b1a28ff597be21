import { idOf, idsIn, loadFrom } from "../catalogue-folder.ts";
import type { ServiceFacts } from "../history/services.ts";
import { execIn, type ServiceAddress } from "../subject/deployment.ts";

/**
 * How an app server stands in a balancer's list when that is not as the balancer's files say: `draining` gets nobody new,
 * `out` gets nobody, `joined` is a spare server that is in the list now.
 */
export type Standing = "draining" | "out" | "joined";
export type Standings = Readonly<Record<string, Standing>>;

/** A balancer gave up on an app server. */
export interface Failover {
  server: string;
  /** Under which policy; not said by a balancer that gives up under all of its policies at once. */
  policy?: string;
  /** The server took no connection: more than that it was silent. */
  tookNoConnection: boolean;
  /** What the balancer wrote. */
  line: string;
}

/** A kind of balancer: one file beside this one, whose name is its id and the `kind` of the services that run it. */
export interface Balancer {
  id: string;
  /** Prints its version on stdout or stderr. */
  version: readonly string[];
  /** Where it answers by itself, without an app server. */
  healthPath: string;
  /** Where it writes what `failovers` and `alarms` read. */
  logsTo: "stdout" | "stderr";
  /** A name for this life of its process: another one means another process. Undefined when it does not answer. */
  life(at: ServiceAddress): Promise<string | undefined>;
  /** The list of app servers that it runs with. A balancer that was started anew has forgotten every change. */
  lists: {
    /** Who stands otherwise in it than in its files. */
    read(at: ServiceAddress): Promise<Standings>;
    /**
     * Has it run with these standings and no others, in all of its policies. Returns when it does.
     *
     * @param appServers those that are in its files
     */
    change(at: ServiceAddress, standings: Standings, appServers: readonly string[]): Promise<void>;
  };
  /** On which app servers it gave up. @param addresses service -> its fixed address */
  failovers(log: string, addresses: ReadonlyMap<string, string>): Failover[];
  /** Lines that it must never write, whatever happens to the app servers. */
  alarms(log: string): string[];
}

export function defineBalancer(balancer: Balancer): Balancer {
  return balancer;
}

/** The kinds of balancers that there are. */
export function balancerIds(): string[] {
  return idsIn(import.meta.dirname).filter((id) => id !== idOf(import.meta.filename));
}

/** @throws LabError (`unknown-balancer`) listing the known ones */
export function loadBalancer(id: string): Promise<Balancer> {
  return loadFrom(import.meta.dirname, id, { what: "balancer", ids: balancerIds() });
}

/** A service of a subject that runs a balancer of a known kind. */
export interface BalancerService {
  service: string;
  balancer: Balancer;
}

/** The balancers of a subject, in its order. Of a kind that nobody knows, nothing can be read and nothing be changed. */
export async function balancersAmong(services: readonly ServiceFacts[]): Promise<BalancerService[]> {
  const ids = balancerIds();
  const known = services.filter(({ role, kind }) => role === "balancer" && kind !== undefined && ids.includes(kind));
  return Promise.all(known.map(async ({ name, kind }) => ({ service: name, balancer: await loadBalancer(kind!) })));
}

/** When its first process began: field 22 of `/proc/1/stat`, in ticks since the machine's boot. */
export async function startOfProcess(at: ServiceAddress): Promise<string | undefined> {
  const stat = await execIn(at, ["cat", "/proc/1/stat"]).catch(() => "");
  return stat.trim().split(" ")[21];
}
