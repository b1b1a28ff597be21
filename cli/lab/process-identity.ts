import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

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

export function thisProcess(): ProcessIdentity {
  return { pid: process.pid, startedAt: startOf(process.pid) ?? "unknown", ...thisMachine() };
}

export function isSameProcess(one: ProcessIdentity, other: ProcessIdentity): boolean {
  return nameOfProcess(one) === nameOfProcess(other) && one.bootId === other.bootId && one.host === other.host;
}

/** Short, for labels and environments, e.g. `4711@88212345`. */
export function nameOfProcess({ pid, startedAt }: Pick<ProcessIdentity, "pid" | "startedAt">): string {
  return `${pid}@${startedAt}`;
}

/** `unknown`: it ran on another machine or in another container, where this one cannot look. */
export function stateOfProcess(
  { pid, startedAt, bootId, host, pidNamespace }: ProcessIdentity,
  here = thisMachine(),
): "alive" | "dead" | "unknown" {
  if (host !== here.host) return "unknown";
  if (bootId !== here.bootId) return "dead";
  if (pidNamespace !== here.pidNamespace) return "unknown";
  return startOf(pid) === startedAt ? "alive" : "dead";
}

/** Processes whose environment has this line, e.g. `LAB_ID=4f...`: the only label that a process can carry. Linux only. */
export function processesWith(line: string): number[] {
  if (!isLinux) return [];
  const known = readdirSync("/proc");
  return known
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => (environmentOf(pid).includes(line) ? [Number(pid)] : []));
}

const isLinux = existsSync("/proc/self/stat");

/** Undefined when there is no such process, or only what its parent has not taken notice of yet (a zombie). */
function startOf(pid: number): string | undefined {
  try {
    if (isLinux) {
      // The second field is the program's name in brackets, and may contain anything: what counts comes after the last one.
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return "ZX".includes(fields[0]!) ? undefined : fields[19];
    }
    const said = execFileSync("ps", ["-o", "stat=,lstart=", "-p", String(pid)], { encoding: "utf8" }).trim();
    return said === "" || said.startsWith("Z") ? undefined : said.replace(/^\S+\s+/, "");
  } catch {
    return undefined;
  }
}

function thisMachine(): Omit<ProcessIdentity, "pid" | "startedAt"> {
  const host = hostname();
  if (!isLinux) {
    const bootId = execFileSync("sysctl", ["-n", "kern.boottime"], { encoding: "utf8" }).trim();
    return { host, bootId, pidNamespace: "" };
  }
  const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  return { host, bootId, pidNamespace: readlinkSync("/proc/self/ns/pid") };
}

function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, "utf8").split("\0");
  } catch {
    // It ended in the meantime, or is somebody else's.
    return [];
  }
}
