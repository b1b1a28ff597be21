import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Command } from "commander";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import { addScenario, chosenPersistence } from "../commands/scenario.ts";
import { makePlan, type Plan } from "../experiment/plan.ts";
import { type AskedRun, planAsAsked } from "../experiment/plan-as-asked.ts";
import { trialId } from "../experiment/run-folders.ts";
import { trialPlans } from "../experiment/trial-plans.ts";
import type { HistoryEvent, RunEvent } from "../history/events.ts";
import { packageRoot } from "../paths.ts";
import { htmlReport } from "../report/html.ts";
import { markdownReport } from "../report/markdown.ts";
import { terminalReport } from "../report/terminal-report.ts";
import { rendered } from "../report/testing/source-of.ts";
import { labCommand } from "../testing/run-lab.ts";
import { combineTrials } from "../verdict/combine-trials.ts";
import { story } from "../verdict/golden/history-builder.ts";
import { judge } from "../verdict/judge.ts";
import type { Result } from "../verdict/result.ts";

/** What a report prints is run as it is printed, by a shell, and must do what the report says of it. */
const lab = labCommand({ name: "test-printed" });
beforeEach(() => rmSync(join(lab.home, "runs"), { recursive: true, force: true }));
afterAll(() => lab[Symbol.dispose]());
// Each test is a process or several, on a machine that may be busy.
vi.setConfig({ testTimeout: 120_000 });

/** Runs a printed command in a shell in which `lab` is this one. @param more words after its own */
async function typed(command: string, more: string): Promise<string> {
  const program = join(packageRoot, "dist/cli/main.js");
  const shell = `lab() { '${process.execPath}' '${program}' "$@" ${more}; }\n${command}`;
  const env = { ...process.env, LAB_HOME: lab.home, DOCKER_HOST: `unix://${lab.home}/none.sock`, NO_COLOR: "1" };
  const run = promisify(execFile)("sh", ["-c", shell], { env });
  // A verdict that is not "confirmed" has its exit code, too.
  return (await run.catch((error: { stdout: string }) => error)).stdout;
}

/** What `lab scenario` plans for these words. */
async function planned(words: readonly string[]): Promise<Plan> {
  const program = new Command();
  addScenario(program);
  let plan: Promise<Plan> | undefined;
  program.commands[0]!.action((id: string, options: AskedRun, command: Command) => {
    plan = planAsAsked(id, { ...options, persistence: chosenPersistence(command) });
  });
  await program.parseAsync(["node", "lab", "scenario", ...words]);
  return plan!;
}

const set = "20261130-120000-a-set-abcd";

/** The history of a run that ended before anything was found out: only the same again can help. */
function historyOf({ architectures, users, seed, victim, asked, trial, scenarioId, scenario }: Plan): HistoryEvent[] {
  const { title, question } = scenario;
  const told = story({
    architectures: architectures.map(({ id }) => id),
    usersPerArchitecture: users,
    victim,
    scenario: { id: scenarioId, title, question },
  });
  const [run, ...rest] = told.ends({ complete: false, reason: "interrupted" }).events as [RunEvent, ...HistoryEvent[]];
  const id = trial ? trialId(trial.set, trial.number) : set;
  return [{ ...run, id, seed, ...(asked ? { asked } : {}), ...(trial ? { trial } : {}) }, ...rest];
}

/** What is stored of it. @returns the result */
async function played(plan: Plan, trials: number): Promise<Result> {
  const results: Result[] = [];
  for (const one of trialPlans(plan, { count: trials, set })) {
    const events = historyOf(one);
    const folder = join(lab.home, "runs", events[0]!.type === "run" ? events[0].id : "");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "history.jsonl"), events.map((event) => `${JSON.stringify(event)}\n`).join(""));
    results.push(await judge(events));
  }
  return combineTrials(results);
}

/** The commands in each report of a result. */
async function printed(result: Result): Promise<{ again: string[]; judging: string[] }> {
  const narrow = terminalReport(result, { columns: 30, colour: false });
  const wide = terminalReport(result, { columns: 500, colour: false });
  const page = await rendered(
    { render: (source) => htmlReport(source, { script: "", style: "" }) },
    { result, histories: [] },
  );
  const [, fenced = ""] = /```sh\n(.*)```/s.exec(markdownReport(result)) ?? [];
  const all = [
    /^Next:\n {2}(lab (?:.*\\\n)*.*)$/m.exec(narrow)?.[1],
    /^Next: (lab .*?)(, to see .*)?$/m.exec(wide)?.[1],
    /^Judge again: (lab .*)$/m.exec(wide)?.[1],
    ...[...page.matchAll(/<code>(lab .*?)<\/code>/g)].map(([, command]) => command!.replaceAll("&#39;", "'")),
    ...fenced.trim().split("\n"),
  ];
  const commands = all.map((command) => command ?? "no such command");
  return {
    again: commands.filter((command) => command.startsWith("lab scenario")),
    judging: commands.filter((command) => command.startsWith("lab judge")),
  };
}

describe.each<[string[], number]>([
  [["server-crash", "--seed", "7"], 1],
  [
    [
      "server-crash",
      "--policy",
      "cookie,ip-hash",
      "--store",
      "memory,redis",
      "--users",
      "7",
      "--victim",
      "app3",
      "--seed",
      "0",
    ],
    1,
  ],
  [["server-crash", "--policy", "cookie", "--trials", "4", "--seed", "2147483647"], 4],
  [["server-freeze", "--store", "memory", "--trials", "3", "--victim", "app1", "--users", "3", "--seed", "12"], 3],
  [["redis-restart", "--aof", "--seed", "3"], 1],
  [["redis-crash", "--store", "redis", "--policy", "cookie", "--seed", "4"], 1],
  [["scale-out", "--policy", "ip-hash", "--seed", "5"], 1],
])("the reports of lab scenario %j", (words, trials) => {
  it("print a command that plays the same again: architectures, users, victims, seeds, instants", async () => {
    const result = await played(await planned(words), trials);
    const asked = await typed(["lab scenario", ...words].join(" "), "--dry-run");
    const { again } = await printed(result);
    expect(again.length).toBe(5);
    expect(asked).toContain(`seed ${words.at(-1)}`);
    for (const command of new Set(again))
      expect([command, await typed(command, "--dry-run")]).toEqual([command, asked]);
  });

  it("print a command that judges the stored run again, and gives the same", async () => {
    const result = await played(await planned(words), trials);
    const { judging } = await printed(result);
    expect(judging.length).toBe(3);
    for (const command of new Set(judging)) expect(JSON.parse(await typed(command, "--json"))).toEqual(result);
  });
});

it("a history says what was asked for, and nothing of the machine on which that was: no path, no name, no port", async () => {
  const words = ["server-crash", "--policy", "cookie", "--aof", "--seed", "9", "--users", "4", "--trials", "2"];
  const local = ["--report", "/home/alice/secret plans.html", "--name", "alices-lab", "--port", "9876", "--json"];
  vi.stubGlobal("process", { ...process, argv: ["node", "lab", "scenario", ...words, ...local] });
  const plan = await planned([...words, ...local]).finally(() => vi.unstubAllGlobals());
  expect(plan.command).toBe("lab scenario server-crash --policy cookie --aof --users 4 --trials 2 --seed 9");
  expect((await planned(["login"])).command).toBe("lab scenario login");
});

it("one trial's report leads to that trial, and to its set", async () => {
  const words = ["server-crash", "--policy", "cookie", "--trials", "3", "--seed", "9"];
  const plan = await planned(words);
  await played(plan, 3);
  const second = await judge(historyOf(trialPlans(plan, { count: 3, set })[1]!));
  const { again, judging } = await printed(second);
  expect(new Set(judging)).toEqual(new Set([`lab judge ${set}/trial-2`]));
  expect(JSON.parse(await typed(judging[0]!, "--json"))).toEqual(second);
  expect(await typed(again[0]!, "--dry-run")).toBe(await typed(["lab scenario", ...words].join(" "), "--dry-run"));
});

it("a run of a comparison, which has the stores of optional servers, too, is repeated by naming them", async () => {
  const plan = await makePlan({
    ...{ scenarioId: "server-crash", seed: 5, victim: "app2", name: "lab", keep: true, command: "lab compare" },
    ...{ policies: "all", stores: "all", profiles: ["postgres"], users: 6, asked: { users: 6 } },
  });
  const { again } = await printed(await played(plan, 1));
  const steps = await typed(again[0]!, "--dry-run");
  const on = /^on (.*)$/m.exec(steps)?.[1]?.split(", ");
  expect(on).toEqual(plan.architectures.map(({ id }) => id));
  expect(steps).toContain("6 users each, victim app2, seed 5");
});

it("a history of old, which does not say what was asked, is repeated by naming all that took part", async () => {
  const { asked: _, ...plan } = await planned(["server-crash", "--policy", "cookie", "--users", "4", "--seed", "6"]);
  const { again } = await printed(await played(plan, 1));
  expect(await typed(again[0]!, "--dry-run")).toBe(
    await typed("lab scenario server-crash --policy cookie --users 4 --seed 6", "--dry-run"),
  );
});

it.each([";reboot", "$(reboot)", "--port", "a b", "`x`"])(
  "a run that names %j suggests no command with it",
  async (name) => {
    const plan = await planned(["server-crash", "--seed", "1"]);
    for (const asked of [{ policies: [name] }, { stores: ["redis", name] }, { victim: name }]) {
      const { again } = await printed(await played({ ...plan, asked }, 1));
      expect(new Set(again)).toEqual(new Set(["lab scenario --list"]));
    }
  },
);
