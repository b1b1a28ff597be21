import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lessonIds, loadLesson } from "../catalogue.ts";
import { packageRoot } from "../lab/paths.ts";
import { keys, openPseudoTerminal } from "../testing/pseudo-terminal.ts";
import { labCommand } from "../testing/run-lab.ts";

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

async function checked(lesson: string): Promise<{ exitCode: number | undefined; outcomes: boolean[]; says: string }> {
  const { exitCode, stdout } = await lab.run(["workshop", "check", lesson, "--json"]);
  const outcomes = JSON.parse(stdout) as { ok: boolean }[];
  return { exitCode, outcomes: outcomes.map(({ ok }) => ok), says: stdout };
}

describe.each(lessonIds())("lesson %s", (id) => {
  it("measures what it asks about: what the instructor guide prints", async () => {
    const { usuallyWrong, because } = await loadLesson(id);
    const wrong = usuallyWrong[0]!;
    const { exitCode, stdout, stderr } = await lab.run(["workshop", id, "--no-input", "--predict", `${wrong.answer}`]);
    const { stdout: progress } = await lab.run(["workshop", "list", "--json"]);
    const [mine] = (JSON.parse(progress) as { id: string; predicted: unknown; measured: unknown }[]).filter(
      (lesson) => lesson.id === id,
    );

    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect(mine?.predicted).toBe(wrong.answer);
    await expect(`${JSON.stringify(mine?.measured, null, 2)}\n`).toMatchFileSnapshot(
      join(packageRoot, `docs/example/workshop/${id}.json`),
    );
    const text = stdout.replaceAll("\n", " ");
    for (const line of ["✗ The measurement says otherwise.", wrong.because, because]) expect(text).toContain(line);
  });

  it("is not done at its beginning, and done when its solution has been typed", async () => {
    const before = await checked(id);
    const { exitCode, stderr } = await lab.run(["workshop", "solve", id]);
    const after = await checked(id);

    expect(before.outcomes).toContain(false);
    expect(before.exitCode).toBe(1);
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 0 });
    expect({ after: after.says, failed: after.outcomes.includes(false) }).toMatchObject({ failed: false });
    expect(after.exitCode).toBe(0);
  });
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

describe("in a real terminal", () => {
  const env = { LAB_NAME: name, LAB_HOME: lab.home, NO_COLOR: "1" };

  it("a lesson is played from the question to the solution", async () => {
    const terminal = openPseudoTerminal(["workshop", "1"], env);
    await terminal.waitFor("What do you say?");
    terminal.press(`3${keys.enter}`);
    await terminal.waitFor("You said: 3");
    await terminal.waitFor("Measured: 1");
    await terminal.waitFor("What now?");
    terminal.press(keys.enter);
    await terminal.waitFor("✗ alice is logged in at cookie.memory");
    await terminal.waitFor("What now?");
    terminal.press(`${keys.down}${keys.enter}`);
    await terminal.waitFor("Hint 1 of 3");
    await terminal.waitFor("What now?");
    terminal.press(`${keys.down}${keys.down}${keys.enter}`);
    await terminal.waitFor("$ lab user alice add");
    await terminal.waitFor("What now?");
    terminal.press(keys.enter);
    await terminal.waitFor("✓ alice has something in her cart");
    await terminal.waitFor("What now?");
    terminal.press(`${keys.down.repeat(4)}${keys.enter}`);
    expect(await terminal.ended).toBe(0);
  });

  it("a lesson is presented: back, again, and to its end", async () => {
    const terminal = openPseudoTerminal(["workshop", "2", "--present"], env);
    const go = async (key: string, next: string) => {
      terminal.press(key);
      await terminal.waitFor(next);
    };
    await terminal.waitFor("One server is not enough");
    await go(keys.space, "nothing is broken");
    await go("b", "One server is not enough");
    await go(keys.space, "nothing is broken");
    await go(keys.space, "sometimes, about one time in three");
    await go(keys.space, "Measured: sometimes");
    await go(keys.space, "Why: Two requests");
    await go("r", "Measured: sometimes");
    await go("q", "");
    expect(await terminal.ended).toBe(0);
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
