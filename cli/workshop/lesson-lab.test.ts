import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { LabEngine } from "../lab/lab-engine.ts";
import type { WantedLab } from "../lab/obtain-lab.ts";
import type { Interrupt } from "../terminal/interrupt.ts";
import type { Lesson, LessonTools } from "./lesson.ts";
import { openLessonLab } from "./lesson-lab.ts";
import { Progress } from "./progress.ts";

/** What was asked of the lab, and what was done with it, in order. */
let wanted: WantedLab | undefined;
let done: string[];
let folder: string;
beforeEach(() => {
  [wanted, done, folder] = [undefined, [], mkdtempSync(join(tmpdir(), "lesson-lab-"))];
});
afterEach(() => rmSync(folder, { recursive: true }));

const lesson = {
  stores: ["memory", "redis-sentinel"],
  experiment: async () => {
    done.push("measure");
    return { answer: 3, says: "3 of 6" };
  },
} as unknown as Lesson;

vi.mock("../catalogue.ts", () => ({ lessonIds: () => ["01-session"], loadLesson: async () => lesson }));
vi.mock("../lab/obtain-lab.ts", () => ({
  obtainLab: async (options: WantedLab) => {
    wanted = options;
    return { name: "demo", port: 8080, profiles: [] };
  },
}));
vi.mock("../lab/lab-engine.ts", () => ({
  LabEngine: class {
    states: LabEngine["states"] = async () => [];
  },
}));
vi.mock("../lab/ailments.ts", () => ({ ailmentsOf: () => ["app1 is dead"] }));
vi.mock("../lab/heal-services.ts", () => ({ healServices: async () => void done.push("heal") }));
vi.mock("./lesson-tools.ts", () => ({ openLessonTools: () => ({}) as LessonTools }));
vi.mock("../record/guard-lab.ts", () => ({ guardRunningLab: () => ({ [Symbol.asyncDispose]: async () => {} }) }));
vi.mock("../lab/claim-lab.ts", () => ({
  claimLab: async (_lab: unknown, _guard: unknown, { what }: { what: string }) => {
    done.push(`claim it for ${what}`);
    return { [Symbol.dispose]: () => void done.push("give it back") };
  },
}));

async function open() {
  const interrupt = { signal: new AbortController().signal } as Interrupt;
  const narrator = { tell: () => {}, doing: () => {} };
  return openLessonLab({ name: "demo", progress: new Progress("demo", folder), narrator, interrupt });
}

it("is the lab as it is, with the servers of which lessons speak, or one that stays", async () => {
  await (await open()).close();
  expect(wanted).toMatchObject({ name: "demo", profiles: ["redis-sentinel"], free: {}, start: { stays: true } });
  expect(wanted?.start).not.toHaveProperty("mustBe");
});

it("has the lab for itself from before it mends what is broken until it has measured", async () => {
  const lab = await open();
  expect(await lab.measure("01-session")).toEqual({ answer: 3, says: "3 of 6" });
  expect(done).toEqual(["claim it for lab workshop 01-session", "heal", "measure", "give it back"]);
  await lab.close();
});
