import { loadLesson } from "../catalogue.ts";
import { Engine } from "../docker/engine.ts";
import { ailmentsOf } from "../lab/ailments.ts";
import { requireFreeLab } from "../lab/free-lab.ts";
import { healServices } from "../lab/heal-services.ts";
import { openLabAccess } from "../lab/lab-access.ts";
import { findLab, startLab } from "../lab/start-lab.ts";
import type { Lab } from "../lab/topology.ts";
import type { Narrator } from "../runner/stage.ts";
import type { Interrupt } from "../terminal/interrupt.ts";
import { forgetKeptUser } from "../users/by-hand/kept-user.ts";
import type { Bench, CheckOutcome, Measured, Typing } from "./lesson.ts";
import { openBench } from "./lesson-tools.ts";
import type { Progress } from "./progress.ts";
import { typeCommand } from "./type-command.ts";

export interface DeskOptions {
  /** Of the lab: the running one, or one that is started and stays. */
  name: string;
  port?: number;
  progress: Progress;
  narrator: Narrator;
  interrupt: Interrupt;
}

/** Where one works on lessons: the lab, and what a lesson may do with it. */
export interface Desk {
  lab: Lab;
  engine: Engine;
  bench(lesson: string): Bench;
  /**
   * Mends what an earlier lesson has left broken, and finds the answer to the lesson's question.
   *
   * @throws the signal's reason when it was interrupted: half an experiment has no answer
   */
  measure(lesson: string): Promise<Measured>;
  /** Begins a lesson's task: its users know nothing, and what it needs is done. */
  setUp(lesson: string): Promise<void>;
  check(lesson: string): Promise<(CheckOutcome & { name: string })[]>;
  /** Types what solves the task, and shows it. */
  solve(lesson: string, show: (line: string) => void): Promise<void>;
  close(): Promise<void>;
}

export async function openDesk({ name, port, progress, narrator, interrupt }: DeskOptions): Promise<Desk> {
  const engine = new Engine();
  const say = (text: string) => narrator.doing(text);
  await requireFreeLab(name, engine);
  const lab =
    (await findLab(name, engine)) ??
    (await startLab({
      name,
      stays: true,
      engine,
      signal: interrupt.signal,
      say,
      ...(port === undefined ? {} : { port }),
    }));
  const access = openLabAccess(lab, engine, { connections: 8 });
  const notesOf = new Map<string, Map<string, string>>();
  const bench = (lesson: string) => {
    const notes = notesOf.get(lesson) ?? new Map(Object.entries(progress.of(lesson).notes));
    notesOf.set(lesson, notes);
    return openBench({ lab, engine, access, narrator, interrupt, notes });
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
    bench,
    async measure(id) {
      if (ailmentsOf(await engine.states(lab)).length > 0) {
        say("mending what is broken");
        await healServices({ lab, engine, say: () => {} });
      }
      const measured = await (await loadLesson(id)).experiment(bench(id));
      interrupt.signal.throwIfAborted();
      return measured;
    },
    async setUp(id) {
      const { task } = await loadLesson(id);
      for (const user of task.users) forgetKeptUser({ lab: name, name: user });
      notesOf.set(id, new Map());
      say("setting the task up");
      await typeAll(task.setup?.(bench(id)));
      progress.note(id, { notes: Object.fromEntries(notesOf.get(id)!), hints: 0 });
    },
    async check(id) {
      const { task } = await loadLesson(id);
      const outcomes = [];
      for (const { name: check, look } of task.checks) outcomes.push({ name: check, ...(await look(bench(id))) });
      if (outcomes.every(({ ok }) => ok)) progress.note(id, { done: true });
      return outcomes;
    },
    solve: async (id, show) => typeAll((await loadLesson(id)).task.solve(bench(id)), show),
    close: () => access.transport.close(),
  };
}
