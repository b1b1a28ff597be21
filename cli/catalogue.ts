import { join } from "node:path";
import { idsIn, loadFrom } from "./catalogue-folder.ts";
import type { FaultWord } from "./servers/fault.ts";
import type { Scenario } from "./theory/scenario.ts";
import type { Lesson } from "./workshop/lesson.ts";

const folderOf = (name: string) => join(import.meta.dirname, name);
const folders = {
  scenario: folderOf("scenarios"),
  fault: folderOf("faults"),
  lesson: folderOf("workshop/lessons"),
} as const;

export function scenarioIds(): string[] {
  return idsIn(folders.scenario);
}

export function faultKinds(): string[] {
  return idsIn(folders.fault);
}

/** In the order in which they are taught: their names begin with a number. */
export function lessonIds(): string[] {
  return idsIn(folders.lesson);
}

/** @throws LabError (`unknown-scenario`) listing the known ones */
export async function loadScenario(id: string): Promise<Scenario> {
  return load<Scenario>("scenario", id);
}

/** The word that makes this fault for a target. @throws LabError (`unknown-fault`) listing the known ones */
export async function loadFault(kind: string): Promise<FaultWord> {
  return load("fault", kind);
}

/** @throws LabError (`unknown-lesson`) listing the known ones */
export async function loadLesson(id: string): Promise<Lesson> {
  return load<Lesson>("lesson", id);
}

function load<Thing>(what: keyof typeof folders, id: string): Promise<Thing> {
  return loadFrom(folders[what], id, { what });
}
