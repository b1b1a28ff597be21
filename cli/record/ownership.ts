import { isSameProcess, type ProcessIdentity, stateOfProcess } from "../host/process-identity.ts";
import { byHand, type LabelsOfStart, labels } from "../lab/identity/labels.ts";
import type { LabRecord } from "./record.ts";

/** Whose a lab is, and whether whoever started it may still be at work on it. */
export interface Ownership {
  /** `unknown`: an earlier version started it, which did not say. */
  whose: "mine" | "another's" | "unknown";
  /** E.g. `alice on box`. */
  who: string;
  /** `unknown` is to be taken for `yes`. Runs in a lab that stays are on record (cli/lab/claim-lab.ts), and are not meant here. */
  atWork: "no" | "yes" | "unknown";
  /** Why, e.g. `process 4711, which started it, is still at work`; "" when nobody is. */
  what: string;
}

/** Who asks: a process, its user, and where he keeps his records, as labels name that folder. */
export interface Asker extends ProcessIdentity {
  user: string;
  records: string;
}

type StateOf = (owner: ProcessIdentity) => "alive" | "dead" | "unknown";

/**
 * Of a lab of which something is there. Of several starts of one name the one counts that asks for the most caution.
 *
 * @param options.starts what the labels say of each start
 * @param options.records what is on record in this user's state folder
 * @returns undefined where there is nothing of a lab
 */
export function ownershipOf({
  starts,
  records = [],
  me,
  stateOf = (owner) => stateOfProcess(owner, me),
}: {
  starts: readonly LabelsOfStart[];
  records?: readonly LabRecord[];
  me: Asker;
  stateOf?: StateOf;
}): Ownership | undefined {
  const all = starts.map((start) => ownershipOfStart(start, records, me, stateOf));
  return all.sort((one, other) => caution(other) - caution(one))[0];
}

function caution({ whose, atWork }: Ownership): number {
  return ["mine", "unknown", "another's"].indexOf(whose) * 3 + ["no", "unknown", "yes"].indexOf(atWork);
}

function ownershipOfStart(start: LabelsOfStart, records: readonly LabRecord[], me: Asker, stateOf: StateOf): Ownership {
  // Who only uses a lab has a record of it, too.
  const begun = records.find(({ id, found }) => id === start[labels.id] && !found);
  const whose = whoseIs(start, begun, me);
  const who = sayWho(start);
  if (start[labels.owner] === byHand) return { whose, who, atWork: "no", what: "" };
  // It is there to stay, and every run on it by a command of this user is on that record.
  if (begun?.stage === "stays") return { whose, who, atWork: "no", what: "" };
  const owner = begun?.owner ?? ownerIn(start);
  if (owner && isSameProcess({ ...me, ...owner }, me)) return { whose, who, atWork: "no", what: "" };
  const state = begun ? stateOf(begun.owner) : stateByLabels(start, me, stateOf);
  const starter = owner ? `process ${owner.pid}, which started it,` : "the process that started it";
  if (state === "alive") return { whose, who, atWork: "yes", what: `${starter} is still at work` };
  if (state === "unknown")
    return { whose, who, atWork: "unknown", what: `whether ${starter} is still at work cannot be told from here` };
  const isOnRecordHere = begun || (start[labels.records] === me.records && start[labels.host] === me.host);
  if (start[labels.stays] === "yes" && !isOnRecordHere)
    return { whose, who, atWork: "unknown", what: "who uses it is on record in another state folder (LAB_HOME)" };
  return { whose, who, atWork: "no", what: "" };
}

function whoseIs(start: LabelsOfStart, begun: LabRecord | undefined, me: Asker): Ownership["whose"] {
  const user = start[labels.user];
  if (user === undefined || user === byHand) return begun ? "mine" : "unknown";
  // By hand nobody says on which machine, and only an engine of this one is ever asked.
  const isHere = start[labels.host] === byHand || start[labels.boot] === me.bootId || start[labels.host] === me.host;
  return user === me.user && (isHere || begun) ? "mine" : "another's";
}

/**
 * An earlier version says neither the machine nor the container. Its owner is alive when this machine has it, and dead after a restart of the
 * machine; otherwise it may be in another container.
 */
function stateByLabels(start: LabelsOfStart, me: Asker, stateOf: StateOf): ReturnType<StateOf> {
  const owner = ownerIn(start);
  if (!owner) return "unknown";
  const { host = me.host, pidNamespace } = owner;
  if (pidNamespace !== undefined) return stateOf({ ...owner, host, pidNamespace });
  const state = stateOf({ ...owner, host, pidNamespace: me.pidNamespace });
  return state === "dead" && owner.bootId === me.bootId ? "unknown" : state;
}

type LabelledOwner = Omit<ProcessIdentity, "host" | "pidNamespace"> &
  Partial<Pick<ProcessIdentity, "host" | "pidNamespace">>;

function ownerIn(start: LabelsOfStart): LabelledOwner | undefined {
  const [, pid, startedAt] = /^(\d+)@(.+)$/.exec(start[labels.owner] ?? "") ?? [];
  const bootId = start[labels.boot];
  if (!pid || !startedAt || !bootId) return undefined;
  const host = start[labels.host];
  const pidNamespace = start[labels.pidNamespace];
  return {
    pid: Number(pid),
    startedAt,
    bootId,
    ...(host === undefined ? {} : { host }),
    ...(pidNamespace === undefined ? {} : { pidNamespace }),
  };
}

/** Labels may have been written by anybody. */
function sayWho(start: LabelsOfStart): string {
  const said = (label: string) => start[label]?.replace(/[^\p{L}\p{N} ._@\\-]/gu, "?").slice(0, 64);
  const user = said(labels.user);
  const host = said(labels.host);
  if (user === undefined) return "somebody (started by an earlier version, which did not say)";
  const name = user === byHand ? "somebody" : user;
  return host === undefined || host === byHand ? `${name}, started by hand` : `${name} on ${host}`;
}
