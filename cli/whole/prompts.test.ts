import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import { keys, openPseudoTerminal } from "../testing/pseudo-terminal.ts";
import { labCommand } from "../testing/run-lab.ts";

/** Questions in a real terminal, on a machine without an engine: what is asked comes before what needs one. */
const home = mkdtempSync(join(tmpdir(), "session-lab-prompts-"));
const env = { LAB_HOME: home, DOCKER_HOST: `unix://${home}/none.sock`, NO_COLOR: "1" };
const lab = labCommand({ name: "test-prompts" });

afterAll(() => {
  lab[Symbol.dispose]();
  rmSync(home, { recursive: true, force: true });
});

// Each test is a process or two, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

describe("in a terminal", () => {
  const predict = ["scenario", "login", "--predict", "--policy", "cookie", "--store", "memory"];

  it("--predict asks, takes only what can be, and goes on to the experiment", async () => {
    const terminal = openPseudoTerminal(predict, env);
    await terminal.waitFor("cookie.memory: how many of 30 sessions survive?");
    terminal.press(`31${keys.enter}`);
    await terminal.waitFor("A whole number from 0 to 30, please.");
    terminal.press(`\u007f${keys.enter}`);
    await terminal.waitFor("No Docker engine answers");
    expect(await terminal.ended).toBe(3);
  });

  it("Ctrl-C at a question ends with 130, before anything is started", async () => {
    const terminal = openPseudoTerminal(predict, env);
    await terminal.waitFor("how many of 30 sessions survive?");
    terminal.press("\u0003");
    await terminal.waitFor("(no-answer)");
    expect(await terminal.ended).toBe(130);
  });

  it("a lesson shows its intro and asks its question while the lab is starting", async () => {
    const terminal = openPseudoTerminal(["workshop", "server-dies"], env);
    await terminal.waitFor("Lesson 5 of ");
    await terminal.waitFor("What do you say?");
    terminal.press(`6${keys.enter}`);
    await terminal.waitFor("No Docker engine answers");
    expect(await terminal.ended).toBe(3);
  });

  it("no line of a lesson's text is wider than the terminal", async () => {
    const terminal = openPseudoTerminal(["workshop", "redis-persistence"], env);
    await terminal.waitFor("only redis-aof");
    const text = terminal.seen().slice(0, terminal.seen().indexOf("What do you say?"));
    expect(Math.max(...text.split(/\r?\n/).map((line) => line.length))).toBeLessThanOrEqual(80);
    terminal.press("\u0003");
    await terminal.ended;
  });
});

describe("where nobody can answer", () => {
  it.each([[["workshop", "5"]], [["workshop", "5", "--no-input"]]])("%j asks nothing", async (args) => {
    const { exitCode, stdout, stderr } = await lab.run(args, { env });
    expect(stdout).toContain("How many of the six at cookie.memory are still logged in?");
    expect(stderr).toContain("No Docker engine answers");
    expect(exitCode).toBe(3);
  });

  it.each([
    [["workshop", "99"], 'Unknown lesson "99".', "1 or session"],
    [["workshop", "5", "--predict", "7"], '--predict is "7".', "0 to 6"],
    [["workshop", "4", "--predict", "cokie"], '--predict is "cokie".', "both, cookie, ip-hash, none"],
    [["workshop", "hint"], "No lesson has been begun.", "lab workshop list"],
    [["workshop", "5", "6"], '"5 6" is one word too many.', "check, hint, solve, reset"],
    [["workshop", "5", "--present"], "nobody can press one here", "--auto 5s"],
  ])("%j", async (args, what, todo) => {
    const { exitCode, stderr } = await lab.run(args, { env: { ...env, LAB_HOME: join(home, "fresh") } });
    expect(stderr).toContain(what);
    expect(stderr).toContain(todo);
    expect(exitCode).toBe(64);
  });

  it("hints come one after the other, three in all, from the lesson that was named", async () => {
    const hints = [];
    for (let time = 0; time < 4; time++) hints.push((await lab.run(["workshop", "hint", "1"])).stdout.slice(0, 11));
    expect(hints).toEqual(["Hint 1 of 3", "Hint 2 of 3", "Hint 3 of 3", "Hint 3 of 3"]);
  });
});
