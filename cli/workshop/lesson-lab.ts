import { lessonIds, loadLesson } from "../catalogue.ts";
import { ailmentsOf } from "../lab/ailments.ts";
import { claimLab } from "../lab/claim-lab.ts";
import { healServices } from "../lab/heal-services.ts";
import type { Lab } from "../lab/identity/lab.ts";
import { openLabAccess } from "../lab/lab-access.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { obtainLab } from "../lab/obtain-lab.ts";
import { guardRunningLab } from "../record/guard-lab.ts";
import type { Narrator } from "../runner/narrator.ts";
import type { Interrupt } from "../terminal/interrupt.ts";
import { loadStores } from "../theory/stores.ts";
import { forgetKeptUser } from "../users/by-hand/kept-user.ts";
import type { CheckOutcome, LessonTools, Measured, Typing } from "./lesson.ts";
import { openLessonTools } from "./lesson-tools.ts";
import type { Progress } from "./progress.ts";
import { typeCommand } from "./type-command.ts";

export interface LessonLabOptions {
  /** Of the lab: the running one, or one that is started and stays. */
  name: string;
  port?: number;
  progress: Progress;
  narrator: Narrator;
  interrupt: Interrupt;
}

/** Where one works on lessons: the lab, and what a lesson may do with it. */
export interface LessonLab {
  lab: Lab;
  engine: LabEngine;
  tools(lesson: string): LessonTools;
  /**
   * Mends what an earlier lesson has left broken, and finds the answer to the lesson's question.
   *
   * @throws the signal's reason when it was interrupted: half an experiment has no answer; LabError (`lab-in-use`)
   */
  measure(lesson: string): Promise<Measured>;
  /** Begins a lesson's task: its users know nothing, and what it needs is done. */
  setUp(lesson: string): Promise<void>;
  check(lesson: string): Promise<(CheckOutcome & { name: string })[]>;
  /** Types what solves the task, and shows it. */
  solve(lesson: string, show: (line: string) => void): Promise<void>;
  close(): Promise<void>;
}

export async function openLessonLab({
  name,
  port,
  progress,
  narrator,
  interrupt,
}: LessonLabOptions): Promise<LessonLab> {
  const engine = new LabEngine();
  const say = (text: string) => narrator.doing(text);
  const lab = await obtainLab({
    name,
    engine,
    profiles: await profilesOfLessons(),
    free: {},
    // What a learner has broken stays broken: the checks look at it.
    start: { stays: true, ...(port === undefined ? {} : { port }) },
    signal: interrupt.signal,
    say,
  });
  const access = openLabAccess(lab, engine, { connections: 8 });
  const notesOf = new Map<string, Map<string, string>>();
  const tools = (lesson: string) => {
    const notes = notesOf.get(lesson) ?? new Map(Object.entries(progress.of(lesson).notes));
    notesOf.set(lesson, notes);
    return openLessonTools({ lab, engine, access, narrator, interrupt, notes });
  };
  const typeAll = async (typing: Typing | undefined, show?: (line: string) => void) => {
    for await (const line of typing ?? []) {
      show?.(line);
      await typeCommand(line, { lab: name, show: show !== undefined });
    }
  };
  return {
    lab,
    engine,
    tools,
    async measure(id) {
      await using guard = guardRunningLab(lab);
      const claim = { what: `lab workshop ${id}`, countsSessions: true, signal: interrupt.signal, say };
      using _claim = await claimLab(lab, guard, claim);
      if (ailmentsOf(await engine.states(lab)).length > 0) {
        say("mending what is broken");
        await healServices({ lab, engine, say: () => {} });
      }
      const measured = await (await loadLesson(id)).experiment(tools(id));
      interrupt.signal.throwIfAborted();
      return measured;
    },
    async setUp(id) {
      const { task } = await loadLesson(id);
      for (const user of task.users) forgetKeptUser({ lab: name, name: user });
      notesOf.set(id, new Map());
      say("setting the task up");
      await typeAll(task.setup?.(tools(id)));
      progress.note(id, { notes: Object.fromEntries(notesOf.get(id)!), hints: 0 });
    },
    async check(id) {
      const { task } = await loadLesson(id);
      const outcomes = [];
      for (const { name: check, look } of task.checks) outcomes.push({ name: check, ...(await look(tools(id))) });
      if (outcomes.every(({ ok }) => ok)) progress.note(id, { done: true });
      return outcomes;
    },
    solve: async (id, show) => typeAll((await loadLesson(id)).task.solve(tools(id)), show),
    close: () => access.transport.close(),
  };
}

/** Optional servers of the stores of which the lessons speak. */
async function profilesOfLessons(): Promise<string[]> {
  const lessons = await Promise.all(lessonIds().map(loadLesson));
  const spokenOf = new Set(lessons.flatMap(({ stores }) => stores));
  return loadStores().flatMap(({ id, profile }) => (profile !== null && spokenOf.has(id) ? [profile] : []));
}
