import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readlinkSync } from "node:fs";
import { hostname, userInfo } from "node:os";

/**
 * Which process, in the only way that stays true: a process id alone is given to somebody else sooner or later. Together with the
 * instant at which the process started, the boot of the machine and the machine, it is not.
 */
export interface ProcessIdentity {
  pid: number;
  /** When it started: clock ticks since boot (proc(5), stat, field 22), or what `ps` prints of it. */
  startedAt: string;
  bootId: string;
  host: string;
  /** Containers number their processes by themselves: in another one, this pid says nothing. */
  pidNamespace: string;
}

/** Where a process runs. */
export type Machine = Omit<ProcessIdentity, "pid" | "startedAt">;

export function thisProcess(): ProcessIdentity {
  return identityOf(process.pid);
}

/** Of a process of this machine that is there; it may have ended by now. */
export function identityOf(pid: number): ProcessIdentity {
  const start = startOf(pid);
  return { pid, startedAt: typeof start === "string" ? start : "unknown", ...thisMachine() };
}

/** The user whose process this is, e.g. `alice`; `uid-1234` where the system has no name for that number, as in many containers. */
export function thisUser(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.()}`;
  }
}

export function isSameProcess(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return nameOfProcess(one) === nameOfProcess(other) && one.bootId === other.bootId && one.host === other.host;
}

/** Short, for labels and environments, e.g. `4711@88212345`. */
export function nameOfProcess({ pid, startedAt }: Pick<ProcessIdentity, "pid" | "startedAt">): string {
  return `${pid}@${startedAt}`;
}

/**
 * `unknown`: it ran on another machine or in another container, where this one cannot look, or belongs to somebody whose processes
 * are hidden from this user. Who does not know takes it for alive.
 */
export function stateOfProcess(
  { pid, startedAt, bootId, host, pidNamespace }: ProcessIdentity,
  here = thisMachine(),
): "alive" | "dead" | "unknown" {
  // No two machines have a boot in common; a machine may change its name, and its containers have names of their own.
  if (bootId !== here.bootId) return host === here.host ? "dead" : "unknown";
  if (pidNamespace !== here.pidNamespace) return "unknown";
  const start = startOf(pid);
  if (start === hidden) return "unknown";
  return start === startedAt ? "alive" : "dead";
}

const isLinux = existsSync("/proc/self/stat");

const hidden = Symbol("a process that this user may not look at");

/** Undefined when there is no such process, or only what its parent has not taken notice of yet (a zombie). */
function startOf(pid: number): string | undefined | typeof hidden {
  try {
    if (isLinux) {
      const { state, startedAt } = statOf(pid);
      return "ZX".includes(state) ? undefined : startedAt;
    }
    const said = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return said === "" || said.startsWith("Z") ? undefined : said.replace(/^\S+\s+/, "");
  } catch {
    return isThere(pid) ? hidden : undefined;
  }
}

/** With `hidepid`, /proc shows a user only his own processes; kill(2) says all the same whether there is one (proc(5)). */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== "ESRCH";
  }
}

/** What proc(5) has of a process in its file `stat`. Linux only. @throws when there is no such process, or it is hidden */
export function statOf(pid: number): { state: string; parent: number; session: number; startedAt: string } {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field is the program's name in brackets, and may contain anything: what counts comes after the last one.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return { state: fields[0]!, parent: Number(fields[1]), session: Number(fields[3]), startedAt: fields[19]! };
}

export function thisMachine(): Machine {
  const host = hostname();
  if (!isLinux) {
    const bootId = execFileSync("sysctl", ["-n", "kern.boottime"], { encoding: "utf8" }).trim();
    return { host, bootId, pidNamespace: "" };
  }
  const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return { host, bootId, pidNamespace: readlinkSync("/proc/self/ns/pid") };
}
