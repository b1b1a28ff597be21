import { readdirSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { unknownValue } from "./errors.ts";
import type { FaultWord } from "./servers/fault.ts";
import type { Scenario } from "./theory/scenario.ts";
import type { Lesson } from "./workshop/lesson.ts";

/** The catalogues are folders: a file's name is the id of what it exports. */
const folders = { scenario: "scenarios", fault: "faults", lesson: "workshop/lessons" } as const;

export function scenarioIds(): string[] {
  return idsIn("scenario");
}

export function faultKinds(): string[] {
  return idsIn("fault");
}

/** In the order in which they are taught: their names begin with a number. */
export function lessonIds(): string[] {
  return idsIn("lesson");
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

function idsIn(what: keyof typeof folders): string[] {
  return readdirSync(join(import.meta.dirname, folders[what]))
    .filter((file) => /\.[jt]s$/.test(file) && !/\.test\.|\.d\.ts$/.test(file))
    .map((file) => file.replace(/\.[jt]s$/, ""))
    .sort();
}

async function load<Thing>(what: keyof typeof folders, id: string): Promise<Thing> {
  const ids = idsIn(what);
  if (!ids.includes(id)) throw unknownValue(what, id, ids);
  const ending = import.meta.filename.endsWith(".ts") ? "ts" : "js";
  const file = pathToFileURL(join(import.meta.dirname, folders[what], `${id}.${ending}`)).href;
  const module = (await import(file)) as { default: Thing };
  return module.default;
}
