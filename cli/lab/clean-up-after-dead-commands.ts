import { basename } from "node:path";
import { dropDeadLocks } from "../host/lock.ts";
import {
  allRecords,
  type DamagedRecord,
  dropRecord,
  engineAddress,
  isDamaged,
  type LabRecord,
  readRecord,
  recordPath,
} from "../record/record.ts";
import { recoveryOf } from "../record/recovery.ts";
import { isLabName } from "./identity/lab-name.ts";

/**
 * Cleans up after commands that died: at the start of every command, and for nearly nothing when there is nothing to do, which
 * the records alone tell. Labs that are meant to stay, stay; records of other engines are left to commands that talk to those.
 *
 * @param say told what was removed, and what could not be
 */
export async function sweep(say: (text: string) => void): Promise<void> {
  dropDeadLocks();
  const here = thisEngine();
  if (here === undefined) return;
  const due = allRecords().filter(
    (record) => isDamaged(record) || (record.engine === here && recoveryOf(record) !== "nothing"),
  );
  if (due.length === 0) return;
  const [{ LabEngine }, { quickAnswerMs }, { harmless }] = await Promise.all([
    import("./lab-engine.ts"),
    import("../docker/docker-api.ts"),
    import("../report/text.ts"),
  ]);
  // What records and engines say may be anybody's.
  const tell = (text: string) => say(harmless(text));
  // An engine that takes longer is not there: the command itself says so, if it needs one.
  if (!(await answers(new LabEngine({ timeoutMs: quickAnswerMs })))) return;
  const engine = new LabEngine();
  for (const record of due) {
    try {
      await (isDamaged(record) ? forgetDamaged(record, engine, tell) : recover(record, engine, tell));
    } catch (error) {
      tell(`what a command that died has left of the lab could not be removed: ${(error as Error).message}`);
    }
  }
}

/** Undefined where that cannot be told, or is not of this machine: the command itself says so, if it needs one. */
function thisEngine(): string | undefined {
  try {
    return engineAddress();
  } catch {
    return undefined;
  }
}

type Engine = import("./lab-engine.ts").LabEngine;

async function recover(record: LabRecord, engine: Engine, say: (text: string) => void): Promise<void> {
  const [{ recoverLab }, { describeStranger }] = await Promise.all([
    import("./recover-lab.ts"),
    import("./is-ours.ts"),
  ]);
  const recovery = recoveryOf(record);
  if (recovery === "nothing") return;
  const left = await recoverLab(record, engine);
  const what = `what process ${record.owner.pid}, which died, had left of the lab "${record.name}"`;
  if (recovery === "remove" && left.length === 0) say(`removed ${what}`);
  // A record of another lab has told nothing of this one, and is gone.
  if (recovery === "put-right" && left.length === 0 && readRecord(record.path))
    say(`put right what a command that died had begun in the lab "${record.name}"`);
  for (const { kind, name, heldBy = [] } of left)
    say(`could not remove ${kind} ${name}${heldBy.length > 0 ? `: in use by ${heldBy.join(", ")}` : ""}`);
  if (recovery !== "remove") return;
  for (const stranger of (await engine.find(record)).strangers) say(`left alone: ${describeStranger(stranger)}`);
}

/** A record that nobody can read decides nothing. It goes when there is no lab that it could be about. */
async function forgetDamaged(
  { path, damaged }: DamagedRecord,
  engine: Engine,
  say: (text: string) => void,
): Promise<void> {
  const name = basename(path, ".jsonl").split("@")[0]!;
  if (!isLabName(name)) return;
  if (path !== recordPath({ name, engine: engineAddress() })) return;
  if ((await engine.resources({ name })).length === 0) return dropRecord(path);
  say(`the record of the lab "${name}" cannot be read (${damaged}); \`lab down --name ${name}\` removes both`);
}

async function answers(engine: Engine): Promise<boolean> {
  return engine.version().then(
    () => true,
    () => false,
  );
}
