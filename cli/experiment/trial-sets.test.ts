import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { HistoryEvent } from "../history/events.ts";
import { labCommand } from "../testing/run-lab.ts";
import { combineTrials } from "../verdict/combine-trials.ts";
import { crashAndRepair, predictCrash, threeUsers } from "../verdict/golden/judging.ts";
import { judge } from "../verdict/judge.ts";
import type { Result } from "../verdict/result.ts";
import { judgeRun } from "./judge-run.ts";
import { findRunFolder, trialId } from "./run-folders.ts";

/** A set of trials as it is on disk, without an engine. */
const set = "20261130-120000-server-crash-abcd";
const lab = labCommand({ name: "test-trials" });
const elsewhere = mkdtempSync(join(tmpdir(), "another-machine-"));
const runs = join(lab.home, "runs");
const env = { DOCKER_HOST: `unix://${elsewhere}/none.sock` };
afterAll(() => {
  lab[Symbol.dispose]();
  rmSync(elsewhere, { recursive: true });
});
beforeEach(() => rmSync(runs, { recursive: true, force: true }));
// Each test is a process or several, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

interface TrialToTell {
  number: number;
  /** How many were asked for. */
  of?: number;
  complete?: boolean;
  bob?: "me" | "anonymous";
  leftover?: boolean;
}

/** The history of one trial: app2 is killed, and bob, who lived there, is lost. */
function trialEvents({
  number,
  of = 3,
  complete = true,
  bob = "anonymous",
  leftover = false,
}: TrialToTell): HistoryEvent[] {
  const told = crashAndRepair(predictCrash(threeUsers()))
    .checksIn("ada", "me")
    .checksIn("bob", bob)
    .checksIn("cyd", "me");
  if (leftover) told.event({ type: "leftover", at: 2_000, kind: "network", name: "session-lab-lab_lab" });
  told.ends({ complete, ...(complete ? {} : { reason: "interrupted" }) });
  return told.events.map((event) =>
    event.type === "run"
      ? {
          ...event,
          id: trialId(set, number),
          seed: 40 + number,
          asked: { policies: ["cookie"], trials: of },
          trial: { set, seed: 41, number },
        }
      : event,
  );
}

/** Stores a set. @returns its combined result, as the command that played it prints and stores it */
async function store(...trials: TrialToTell[]): Promise<Result> {
  const results: Result[] = [];
  for (const trial of trials) {
    const events = trialEvents(trial);
    const folder = join(runs, trialId(set, trial.number));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "history.jsonl"), events.map((event) => `${JSON.stringify(event)}\n`).join(""));
    results.push(await judge(events));
  }
  const result = combineTrials(results);
  writeFileSync(join(runs, set, "result.json"), JSON.stringify(result));
  return result;
}

const three: TrialToTell[] = [{ number: 1 }, { number: 2 }, { number: 3, leftover: true }];

describe("a set of trials", () => {
  it("is one run, with its own id and seed", async () => {
    const { run, verdict, reasons, leftovers } = await store(...three);
    expect({ id: run.id, seed: run.seed, trials: run.trials, complete: run.complete, trial: run.trial }).toEqual({
      id: set,
      seed: 41,
      trials: 3,
      complete: true,
      trial: undefined,
    });
    expect({ verdict, reasons, leftovers: leftovers.length }).toEqual({
      verdict: "confirmed",
      reasons: [],
      leftovers: 1,
    });
  });

  it("is one entry in the list of runs", async () => {
    await store(...three);
    const { stdout } = await lab.run(["runs", "--json"], { env });
    expect(JSON.parse(stdout)).toEqual([{ id: set, folder: join(runs, set), verdict: "confirmed" }]);
  });

  it("gives the same result and exit code again: by id, as the last one, and from a folder that was carried elsewhere", async () => {
    const stored = await store(...three);
    cpSync(join(runs, set), join(elsewhere, "carried"), { recursive: true });
    for (const file of readdirSync(join(elsewhere, "carried"), { recursive: true, encoding: "utf8" }))
      if (file.endsWith("result.json")) rmSync(join(elsewhere, "carried", file));
    for (const name of [set, "last", join(elsewhere, "carried")]) {
      const { exitCode, result } = await lab.json(["judge", name], { env });
      expect(result).toEqual(stored);
      expect(exitCode).toBe(4);
    }
  });

  it("is reported trial by trial, and one of its trials alone", async () => {
    await store(...three);
    for (const [name, count] of [
      ["last", 3],
      [`${set}/trial-2`, 1],
      ["last/trial-3", 1],
    ] as const) {
      const file = join(elsewhere, "report.ndjson");
      expect(await lab.run(["report", name, file], { env })).toMatchObject({ exitCode: 0, stderr: "" });
      expect(readFileSync(file, "utf8").match(/^\{"type":"run"/gm)).toHaveLength(count);
    }
  });

  it("is replayed by its first trial, which is said; another one can be named", async () => {
    await store(...three);
    const first = await lab.run(["replay", "last"], { env });
    const named = await lab.run(["replay", "last/trial-1"], { env });
    expect(first.stdout).toBe(named.stdout);
    expect(first.stderr).toBe("A set of 3 trials: this is the first; last/trial-2 plays another.");
    expect(named.stderr).toBe("");
  });

  it("is judged with its trials in their order, the tenth after the ninth", async () => {
    await store(...Array.from({ length: 10 }, (_, index) => ({ number: index + 1, of: 10 })));
    const { folders } = await judgeRun(join(runs, set));
    expect(folders.map((folder) => folder.split("-").at(-1))).toEqual([
      "1",
      "2",
      "3",
      "4",
      "5",
      "6",
      "7",
      "8",
      "9",
      "10",
    ]);
  });
});

describe("a set of trials that was cut short", () => {
  it.each<[string, TrialToTell[], string[]]>([
    ["between two of them", [{ number: 1 }, { number: 2 }], ["the set was cut short: 2 of 3 trials were played"]],
    [
      "in the last",
      [{ number: 1 }, { number: 2 }, { number: 3, complete: false }],
      ["trial 3: the run was cut short: interrupted"],
    ],
    [
      "in the first",
      [{ number: 1, complete: false }],
      ["the set was cut short: 1 of 3 trials were played", "trial 1: the run was cut short: interrupted"],
    ],
  ])("%s is judged as far as it got", async (_, trials, reasons) => {
    const stored = await store(...trials);
    const { exitCode, result } = await lab.json(["judge", "last"], { env });
    expect(result).toEqual(stored);
    expect(result).toMatchObject({ verdict: "inconclusive", reasons, run: { id: set, seed: 41, complete: false } });
    expect(exitCode).toBe(2);
  });

  it("is refuted when a trial that was played refutes theory", async () => {
    await store({ number: 1, bob: "me" });
    const { exitCode, result } = await lab.json(["judge", "last"], { env });
    expect({ exitCode, verdict: result.verdict }).toEqual({ exitCode: 1, verdict: "refuted" });
  });

  it("does not take over another trial's place when one is missing", async () => {
    const { reasons } = await store({ number: 1 }, { number: 3, bob: "me" });
    expect(reasons).toContain("the set was cut short: 2 of 3 trials were played");
    expect(reasons.some((reason) => reason.startsWith("trial 3: "))).toBe(true);
  });
});

describe("a folder with trials", () => {
  it("of several sets is refused by name", async () => {
    await store(...three);
    const file = join(runs, set, "trial-2/history.jsonl");
    writeFileSync(file, readFileSync(file, "utf8").replaceAll(`"set":"${set}"`, '"set":"another"'));
    const { exitCode, stderr, stdout } = await lab.run(["judge", set], { env });
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: "" });
    expect(stderr).toContain(`are not of one set: "${set}", "another".`);
    expect(stderr).toContain("(mixed-trials)");
  });

  it("that are none is no run, and nobody leaves it", async () => {
    await store(...three);
    mkdirSync(join(runs, set, "trial-4"));
    for (const name of [`${set}/trial-4`, `${set}/trial-0`, `${set}/../..`, `${set}/trial-1/..`, `${set}/trial-1/x`])
      expect(() => findRunFolder(name, runs)).toThrow(expect.objectContaining({ id: "unknown-run" }));
    expect(findRunFolder(`${set}/trial-1`, runs)).toBe(join(runs, set, "trial-1"));
  });
});
