import { type Lock, lockEnding } from "../host/lock.ts";
import { recordPath } from "./record.ts";

/** For what an engine must not be told by two at once. */
export function lockOfEngine(engine: string, what: string): Lock {
  return { path: recordPath({ name: "engine", engine }).replace(/jsonl$/, `leave${lockEnding}`), what };
}

/** For the balancers' lists of a lab. @param what is done with them, e.g. `changing the balancers' lists` */
export function lockOfLists(of: { name: string; engine: string }, what: string): Lock {
  return { path: recordPath(of).replace(/jsonl$/, `lists${lockEnding}`), what: `${what} of the lab "${of.name}"` };
}
