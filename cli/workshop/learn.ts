import { nameSuffix } from "../lab/identity/lab-name.ts";
import { checksReport } from "../report/lesson-words.ts";
import { askChoice, canAsk } from "../terminal/prompt.ts";
import { lessonAfter } from "./find-lesson.ts";
import type { Lesson, LessonAnswer } from "./lesson.ts";
import { nextHint } from "./next-hint.ts";
import { askPrediction } from "./prediction.ts";
import type { Room } from "./room.ts";
import { teach } from "./teach.ts";

export interface LearnSettings {
  /** Of the lab. */
  name: string;
  /** Somebody may be asked. */
  input: boolean;
  /** Given on the command line; nobody is asked then. */
  predicted?: LessonAnswer | undefined;
}

/** One lesson, for somebody who learns. @returns the lesson to go on with, if any */
export async function learn(id: string, room: Room, settings: LearnSettings): Promise<string | undefined> {
  const { progress, terminal, interrupt, lessonLab, aloud, print, say } = room;
  const predict = async (lesson: Lesson) => {
    const answer =
      settings.predicted ?? (await askPrediction(lesson, { input: settings.input, signal: interrupt.signal }));
    aloud();
    return answer;
  };
  await teach(id, { lessonLab: lessonLab(), progress, columns: terminal.columns, print, predict });
  if (!canAsk(settings)) {
    say(`When you have done it: lab workshop check${nameSuffix(settings.name)}; also hint, solve, reset`);
    return undefined;
  }
  return workOn(id, room, settings);
}

/** The learner works in another terminal, and comes back here. @returns the lesson to go on with, if any */
async function workOn(
  id: string,
  { progress, terminal, interrupt, lessonLab, print, say }: Room,
  settings: LearnSettings,
): Promise<string | undefined> {
  const open = await lessonLab();
  const suffix = nameSuffix(settings.name);
  say(`Work in a second terminal${suffix ? `, with${suffix}` : ""}; come back here to check.`);
  for (;;) {
    const choices = [
      { id: "check", says: "check my work" },
      { id: "hint", says: "a hint" },
      { id: "solve", says: "show me how" },
      { id: "next", says: "next lesson" },
      { id: "leave", says: "leave; `lab workshop` goes on from here" },
    ] as const;
    const choice = await askChoice({ message: "What now?", choices }, interrupt.signal);
    if (choice === "leave") return undefined;
    if (choice === "next") return lessonAfter(id);
    if (choice === "hint") say(await nextHint(id, progress));
    if (choice === "solve") await open.solve(id, (line) => say(`$ lab ${line}`));
    if (choice === "check") print(checksReport(await open.check(id), terminal));
  }
}
