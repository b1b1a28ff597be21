import { isSameProcess, type ProcessIdentity, thisProcess } from "../host/process-identity.ts";
import { allRecords, isDamaged } from "../record/record.ts";

/**
 * Ctrl-Z stops a command where it is, and the shell says no more than that: so the command says first what it leaves broken or running
 * meanwhile. Nothing is undone by that; the watchdog sees that the command is alive.
 *
 * @returns what ends it: Ctrl-Z stops the command without a word again
 */
export function tellOfSuspension(): () => void {
  const listener = () => {
    const undone = undoneBy(thisProcess());
    if (undone.length > 0)
      process.stderr.write(`\nsuspended: ${undone.join(", ")}. Nothing of it is undone before you type \`fg\`.\n`);
    // As without a listener: where no shell could continue it, the kernel stops no process.
    process.off("SIGTSTP", listener);
    process.kill(process.pid, "SIGTSTP");
    // From here on it has been continued.
    process.on("SIGTSTP", listener);
    if (undone.length > 0) process.stderr.write("going on\n");
  };
  process.on("SIGTSTP", listener);
  return () => process.off("SIGTSTP", listener);
}

/** What a process would have to undo before its end, as on record, e.g. `app2 stays broken (kill)`. */
export function undoneBy(owner: ProcessIdentity): string[] {
  return allRecords().flatMap((record) => {
    if (isDamaged(record)) return [];
    const broken = record.broken.filter((line) => isSameProcess(line.owner, owner));
    const isOwn = !record.found && record.stage !== "stays" && isSameProcess(record.owner, owner);
    return [
      ...broken.map(({ kind, target }) => `${target} stays broken (${kind})`),
      ...(isOwn ? [`the lab "${record.name}" stays as it is`] : []),
    ];
  });
}
