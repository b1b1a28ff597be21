/**
 * The watchdog: a small process that outlives the command that started it, and then does what that command has left undone.
 * Its stdin is a pipe from that command. A word in it says that all is well; the bare end of it, that the command is dead, and
 * the record on disk says what to do.
 *
 *   node watchdog.js RECORD
 */
import { actUntil } from "../act-until.ts";
import { isDamaged, readRecord } from "../lab/record.ts";
import { waitUntil } from "../wait.ts";

/** A process closes its files a little before it is dead. */
const dyingMs = 10_000;
/** As long as the engine does not answer it is asked again; after that the next command cleans up. */
const engineDeadlineMs = 60_000;

process.stdin.once("data", () => process.exit());
process.stdin.once("end", cleanUp).once("error", cleanUp);

async function cleanUp(): Promise<void> {
  const path = process.argv[2]!;
  const [{ recoverLab }, { recoveryOf }, { Engine }] = await Promise.all([
    import("./recover-lab.ts"),
    import("../lab/recovery.ts"),
    import("./engine.ts"),
  ]);
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
      return recoverLab(record, new Engine()).then(
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
