import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { basename } from "node:path";
import { nameOfProcess, type ProcessIdentity, statOf, thisMachine } from "./process-identity.ts";

/** A Compose that a command of the lab has started. */
export interface Composing {
  /** The process that was started. It leads a session of its own, in which whatever it starts remains, also when it dies first. */
  compose: ProcessIdentity;
  /** The command. */
  owner: ProcessIdentity;
}

/** In the environment of Compose: the command for which it works, e.g. `LAB_COMPOSE_OF=4711@88212345`. */
export const composeMark = "LAB_COMPOSE_OF";

/** What Docker calls its programs: the client, and the plugin that it starts for `docker compose`. */
const programsOfDocker = ["docker", "docker-compose"];

/**
 * Processes of a Compose that still work. Nothing else is ever taken for one: they are in the session that is on record, are this
 * user's, run one of Docker's programs, and carry the mark of the command that started them (a session's number may be given
 * again). What has merely inherited a variable of the lab, as a shell in which somebody has exported it, is none. Linux only.
 */
export function processesOf({ compose, owner }: Composing): number[] {
  const here = thisMachine();
  if (compose.bootId !== here.bootId || compose.pidNamespace !== here.pidNamespace) return [];
  const mark = `${composeMark}=${nameOfProcess(owner)}`;
  const mine = ancestors(process.pid);
  return processIds().filter((pid) => {
    try {
      return (
        statOf(pid).session === compose.pid &&
        statOf(pid).state !== "Z" &&
        statSync(`/proc/${pid}`).uid === process.getuid?.() &&
        programsOfDocker.includes(programOf(pid)) &&
        readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(mark) &&
        !mine.includes(pid)
      );
    } catch {
      // It ended in the meantime, or is somebody else's.
      return false;
    }
  });
}

function processIds(): number[] {
  try {
    return readdirSync("/proc")
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function programOf(pid: number): string {
  // A program that was replaced meanwhile, as by an update.
  return basename(readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, ""));
}

/** A process, its parent, and so on. */
function ancestors(pid: number): number[] {
  const found: number[] = [];
  for (let one = pid; one > 0 && !found.includes(one); ) {
    found.push(one);
    try {
      one = statOf(one).parent;
    } catch {
      break;
    }
  }
  return found;
}
