/**
 * The watchdog: a small process that outlives the command that started it, and then does what that command has left undone.
 * Its stdin is a pipe from that command. The end of it says that the command is dead, and the record on disk what to do. When
 * there is nothing to watch over any more, the command kills it.
 *
 * All that it may need is in its memory from the beginning: by the time it is needed, somebody may have built the lab anew, or
 * installed another version of it.
 *
 *   node watchdog.js RECORD
 */

import { balancerIds, loadBalancer } from "../balancers/balancer.ts";
import { faultKinds, loadFault } from "../catalogue.ts";
import { isDamaged, readRecord } from "../record/record.ts";
import { recoveryOf } from "../record/recovery.ts";
import { loadPolicies } from "../theory/policies.ts";
import { loadStores } from "../theory/stores.ts";
import { actUntil, waitUntil } from "../wait.ts";
import { LabEngine } from "./lab-engine.ts";
import { recoverLab } from "./recover-lab.ts";

/** A process closes its files a little before it is dead. */
const dyingMs = 10_000;
/** As long as the engine does not answer it is asked again; after that the next command cleans up. */
const engineDeadlineMs = 60_000;

/** The command itself tells what is wrong with them. */
const despiteErrors = (load: () => unknown) =>
  Promise.resolve()
    .then(load)
    .catch(() => {});
await Promise.all(
  [
    loadStores,
    loadPolicies,
    () => Promise.all(balancerIds().map(loadBalancer)),
    () => Promise.all(faultKinds().map(loadFault)),
  ].map(despiteErrors),
);

process.stdin.once("end", cleanUp).once("error", cleanUp).resume();

async function cleanUp(): Promise<void> {
  const path = process.argv[2]!;
  const dueRecord = async () => {
    const record = readRecord(path);
    if (!record || isDamaged(record)) return "none";
    return recoveryOf(record) === "nothing" ? "not-yet" : record;
  };
  await waitUntil({ look: dueRecord, until: (seen) => seen !== "not-yet", deadlineMs: dyingMs });
  await actUntil({
    act: async () => {
      const record = await dueRecord();
      if (typeof record === "string") return "done";
      return recoverLab(record, new LabEngine()).then(
        () => "done",
        () => "engine-down",
      );
    },
    until: (seen) => seen === "done",
    deadlineMs: engineDeadlineMs,
    everyMs: 500,
  });
  process.exit();
}
