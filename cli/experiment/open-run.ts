import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { RunEvent } from "../history/events.ts";
import { FileRecorder } from "../history/recorder.ts";
import type { Resource } from "../lab/lab-engine.ts";
import type { Plan } from "./plan.ts";
import { newRunFolder, runFiles } from "./run-folders.ts";
import type { Troubles } from "./troubles.ts";

/** A run whose folder exists and whose history has begun, and how far it came. */
export interface OpenRun {
  folder: string;
  recorder: FileRecorder;
  ended: { complete: boolean; reason?: string };
  troubles: Troubles;
}

/** Makes the run's folder, writes the plan and the history's first line. */
export function openRun(plan: Plan, header: RunEvent): OpenRun {
  const folder = newRunFolder(header.id);
  const recorder = new FileRecorder(join(folder, runFiles.history), plan.onEvent);
  recorder.record(header);
  const planned = { ...header, steps: plan.scenario.steps };
  writeFileSync(join(folder, runFiles.plan), `${JSON.stringify(planned, null, 2)}\n`, { mode: 0o600 });
  return { folder, recorder, ended: { complete: true }, troubles: [] };
}

/** Writes the history's last lines. */
export function closeRun({ recorder, ended }: OpenRun, leftovers: readonly Resource[]): void {
  for (const { kind, name } of leftovers) recorder.record({ type: "leftover", at: recorder.now(), kind, name });
  recorder.record({ type: "end", at: recorder.now(), ...ended });
  recorder.close();
}
