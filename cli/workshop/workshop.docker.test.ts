import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lessonIds, loadLesson } from "../catalogue.ts";
import { packageRoot } from "../paths.ts";
import { columns, keys, openPseudoTerminal, type PseudoTerminal, rows } from "../testing/pseudo-terminal.ts";
import { labCommand } from "../testing/run-lab.ts";
import { waitUntil } from "../wait.ts";
import type { LessonAnswer, Question } from "./lesson.ts";
import { Progress } from "./progress.ts";

/** Every lesson on one lab, one after the other, as a learner would go through them. */
const name = "test-workshop";
const lab = labCommand({ name });

beforeAll(async () => {
  expect(await lab.run(["up"])).toMatchObject({ exitCode: 0 });
});

afterAll(async () => {
  await lab.run(["down"]);
  lab[Symbol.dispose]();
});

const env = { LAB_NAME: name, LAB_HOME: lab.home, NO_COLOR: "1" };

/** As it stands on disk: the command that keeps it is another process. */
function progress(): Progress {
  return new Progress(name, join(lab.home, "workshop"));
}

/** While somebody is asked, or reads. A spinner would turn within this time. */
async function nothingMoves(terminal: PseudoTerminal): Promise<void> {
  await terminal.waitFor("to navigate");
  // The rest of that drawing may still be on its way.
  const { seen } = await waitUntil({
    look: async () => {
      const before = terminal.seen();
      await sleep(300);
      return terminal.seen().slice(before.length);
    },
    until: (moved) => moved === "",
    deadlineMs: 10_000,
  });
  expect(seen).toBe("");
}

/** What one types to give an answer. */
function keysFor(question: Question, answer: LessonAnswer): string {
  return "choices" in question ? keys.down.repeat(Object.keys(question.choices).indexOf(`${answer}`)) : `${answer}`;
}

async function checked(lesson: string): Promise<{ exitCode: number | undefined; outcomes: boolean[]; says: string }> {
  const { exitCode, stdout } = await lab.run(["workshop", "check", lesson, "--json"]);
  const outcomes = JSON.parse(stdout) as { ok: boolean }[];
  return { exitCode, outcomes: outcomes.map(({ ok }) => ok), says: stdout };
}

describe("the whole workshop in a real terminal, as a learner goes through it", () => {
  let terminal: PseudoTerminal;
  beforeAll(() => {
    terminal = openPseudoTerminal(["workshop"], env);
  });

  describe.each(lessonIds())("lesson %s", (id) => {
    it("asks first, and then measures what the instructor guide prints", async () => {
      const { title, question, usuallyWrong, because } = await loadLesson(id);
      const wrong = usuallyWrong[0]!;
      await terminal.waitFor(title);
      await terminal.waitFor("What do you say?");
      terminal.press(`${keysFor(question, wrong.answer)}${keys.enter}`);
      const untilDone = await terminal.waitFor("Your turn:");
      const { predicted, measured } = progress().of(id);

      expect(predicted).toBe(wrong.answer);
      await expect(`${JSON.stringify(measured, null, 2)}\n`).toMatchFileSnapshot(
        join(packageRoot, `docs/example/workshop/${id}.json`),
      );
      const text = untilDone.replaceAll(/\s+/g, " ");
      for (const line of ["You said: ", "✗ The measurement says otherwise.", wrong.because, because])
        expect(text).toContain(line);
    });

    it("is not done at its beginning, helps in three steps, and is done when its solution has been typed", async () => {
      const { task } = await loadLesson(id);
      const choose = async (choice: number, answer: string) => {
        await terminal.waitFor("What now?");
        terminal.press(`${keys.down.repeat(choice)}${keys.enter}`);
        await terminal.waitFor(answer);
      };
      await nothingMoves(terminal);
      terminal.press(keys.enter);
      await terminal.waitFor("✗ ");
      for (const level of [1, 2, 3]) await choose(1, `Hint ${level} of 3`);
      await choose(2, "$ lab ");
      const [first, ...others] = task.checks.map((check) => `✓ ${check.name}`);
      await choose(0, first!);
      for (const check of others) await terminal.waitFor(check);
      expect(progress().of(id).done).toBe(true);
      await terminal.waitFor("What now?");
      terminal.press(`${keys.down.repeat(3)}${keys.enter}`);
    });
  });

  it("ends after the last lesson, and no line was wider than the terminal", async () => {
    expect(await terminal.ended).toBe(0);
    const wide = terminal.lines().filter((line) => line.length > columns);
    expect(wide).toEqual([]);
  }, 30_000);
});

it("the last check does not believe what it is told: an architecture that loses sessions does not pass", async () => {
  await lab.run(["user", "ivy", "logout", "--at", "cookie.redis-aof"]);
  await lab.run(["user", "ivy", "login", "--at", "cookie.redis"]);
  const { outcomes, says } = await checked("10");
  expect(outcomes).toEqual([false]);
  expect(says).toContain("cookie.redis: logged out by the death of its server");
});

it("reset makes the lab as new and sets the task up again", async () => {
  const { exitCode, stdout } = await lab.run(["workshop", "reset", "5"]);
  expect(stdout).toContain("The lab is as new, lesson 5 is set up again");
  expect(exitCode).toBe(0);
  expect((await checked("5")).outcomes).toEqual([false, false]);
});

describe("before a room", () => {
  it("the whole workshop is presented: every page fits the screen; back, again, and to its end", async () => {
    const terminal = openPseudoTerminal(["workshop", "--present"], env);
    const go = async (key: string, next: string) => {
      await terminal.waitFor("q end");
      terminal.press(key);
      await terminal.waitFor(next);
    };
    for (const id of lessonIds()) {
      const { title, intro, because } = await loadLesson(id);
      await terminal.waitFor(title);
      for (const _ of intro) await go(keys.space, title);
      await go("b", title);
      await go(keys.space, title);
      await go(keys.space, "Measured: ");
      await go(keys.space, firstWords(`Why: ${because}`));
      // Once is enough: it plays the experiment a second time.
      if (id === lessonIds()[0]) {
        await go("r", "Measured: ");
        await go(keys.space, "Why: ");
      }
      await go(keys.space, `lab workshop check ${id}`);
      await terminal.waitFor("q end");
      terminal.press(keys.space);
    }
    expect(await terminal.ended).toBe(0);
    for (const screen of terminal.screens()) {
      const lines = screen.trimEnd().split(/\r?\n/);
      expect({ screen, rows: lines.length <= rows, columns: lines.every((line) => line.length <= columns) }).toEqual({
        screen,
        rows: true,
        columns: true,
      });
    }
  });

  it("a scenario is presented, with a prediction before it", async () => {
    const narrow = ["--policy", "cookie", "--store", "memory", "--users", "3"];
    const terminal = openPseudoTerminal(["scenario", "server-crash", ...narrow, "--predict", "--present"], env);
    await terminal.waitFor("cookie.memory: how many of 3 sessions survive?");
    terminal.press(`3${keys.enter}`);
    for (const sentence of [
      "Everyone is logged in, then",
      "Everyone logs in",
      "The victim is killed",
      "The victim comes back",
    ]) {
      await terminal.waitFor(sentence);
      await terminal.waitFor("q end");
      terminal.press(keys.space);
    }
    expect(terminal.seen()).not.toContain("⠋");
    await terminal.waitFor("CONFIRMED");
    await terminal.waitFor("✗ 1 too many");
    expect(await terminal.ended).toBe(0);
  });
});

/** As many as stand on the first line of a page. */
function firstWords(text: string): string {
  return text.split(" ").slice(0, 5).join(" ");
}
