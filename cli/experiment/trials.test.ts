import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { HistoryEvent, RunEvent } from "../history/events.ts";
import { FileRecorder } from "../history/recorder.ts";
import type { Resource } from "../lab/lab-engine.ts";
import { crashAndRepair, predictCrash, threeUsers } from "../verdict/golden/judging.ts";
import { judgeRun } from "./judge-run.ts";
import type { OpenRun } from "./open-run.ts";
import { makePlan, type Plan } from "./plan.ts";
import { newRunFolder, newRunId, trialId } from "./run-folders.ts";
import { playTrials, type TrialNarrator } from "./trials.ts";
import { attempt } from "./troubles.ts";

/** What happens in each run that is begun, in their order; a run that is not here is complete. */
let fate: ((controller: AbortController) => Partial<OpenRun>)[];
let left: Resource[];
let played: string[];
let controller: AbortController;

/** No engine: the lab is there, and a run is a story that is told into its folder. */
vi.mock("./with-lab.ts", () => ({
  withLab: async (_plan: Plan, _narrator: unknown, _interrupt: unknown, act: (use: unknown) => Promise<void>) => {
    const troubles: unknown[] = [];
    await attempt(troubles, () => act({}));
    return { left, troubles };
  },
}));
vi.mock("./experiment.ts", async (original) => ({
  ...(await original<typeof import("./experiment.ts")>()),
  playRun: async ({ seed, victim, asked, trial, scenarioId }: Plan): Promise<OpenRun> => {
    played.push(`${trial?.number ?? "alone"}: ${victim}`);
    const ended = fate.shift()?.(controller) ?? {};
    const id = trial ? trialId(trial.set, trial.number) : newRunId(scenarioId);
    const folder = newRunFolder(id);
    const recorder = new FileRecorder(join(folder, "history.jsonl"));
    const told = crashAndRepair(predictCrash(threeUsers())).checksIn("ada", "me").checksIn("bob", "anonymous");
    const [run, ...rest] = told.checksIn("cyd", "me").events as [RunEvent, ...HistoryEvent[]];
    recorder.record({ ...run, id, seed, ...(asked ? { asked } : {}), ...(trial ? { trial } : {}) });
    for (const event of rest) recorder.record(event);
    return { folder, recorder, ended: { complete: true }, troubles: [], ...ended };
  },
}));

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "trials-"));
  vi.stubEnv("LAB_HOME", home);
  [fate, left, played, controller] = [[], [], [], new AbortController()];
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

const silent = { tell: () => {}, doing: () => {} };

async function play(count: number, narratorFor: (trial: number) => TrialNarrator = () => silent) {
  const rest = { users: 3, seed: 5, victim: "app2", name: "lab", keep: false, command: "lab scenario server-crash" };
  const plan = await makePlan({ ...rest, scenarioId: "server-crash", asked: { trials: count } });
  const interrupt = { signal: controller.signal, received: undefined, onSecond: async () => {}, release: () => {} };
  return playTrials({ plan, count, narrator: silent, narratorFor, interrupt });
}

const network: Resource = { kind: "network", name: "session-lab-lab_lab", lab: "lab" } as Resource;
const cutShort = () => ({ ended: { complete: false, reason: "interrupted" } });

describe("trials", () => {
  it("are played in turn, and what is stored is judged with the same result", async () => {
    left = [network];
    const { result, folder, folders, troubles } = await play(3);
    expect(played).toEqual(["1: app2", "2: app3", "3: app1"]);
    expect(result).toMatchObject({ verdict: "confirmed", run: { trials: 3, complete: true, seed: 5 } });
    expect(result.leftovers).toEqual([{ kind: "network", name: "session-lab-lab_lab" }]);
    expect(await judgeRun(folder)).toEqual({ result, folders });
    expect(troubles).toEqual([]);
  });

  it("that are played once are a run of no set", async () => {
    const { result, folder, folders } = await play(1);
    expect(played).toEqual(["alone: app2"]);
    expect(result.run).toMatchObject({ trials: 1, id: folder.split("/").at(-1) });
    expect(folders).toEqual([folder]);
  });

  it("are each begun again as often as the presenter likes; the last time counts", async () => {
    const again = [false, true, true, false, false];
    fate = [() => ({}), cutShort, cutShort];
    const { result, folder } = await play(3, () => ({ ...silent, again: again.shift() ?? false }));
    expect(played).toEqual(["1: app2", "2: app3", "2: app3", "2: app3", "3: app1"]);
    expect(result).toMatchObject({ verdict: "confirmed", run: { trials: 3 } });
    expect((await judgeRun(folder)).result).toEqual(result);
  });
});

describe("trials that end early", () => {
  it("in the second are two, and the lab's remains belong to that", async () => {
    left = [network];
    fate = [() => ({}), cutShort];
    const { result, folder } = await play(3);
    expect(played).toHaveLength(2);
    expect(result).toMatchObject({ verdict: "inconclusive", run: { trials: 2, complete: false } });
    expect(result.leftovers).toHaveLength(1);
    expect((await judgeRun(folder)).result).toEqual(result);
  });

  it("between two of them have all that was played, and the lab's remains belong to the last", async () => {
    left = [network];
    fate = [
      (ending) => {
        ending.abort();
        return {};
      },
    ];
    const { result, folder } = await play(3);
    expect(result.reasons).toEqual(["the set was cut short: 1 of 3 trials were played"]);
    expect(result.leftovers).toHaveLength(1);
    expect((await judgeRun(folder)).result).toEqual(result);
  });

  it("because a run cannot begin keep those before, and say why", async () => {
    left = [network];
    const failure = new Error("no room");
    fate = [
      () => ({}),
      () => {
        throw failure;
      },
    ];
    const { result, folder, troubles } = await play(3);
    expect(result).toMatchObject({ verdict: "inconclusive", run: { trials: 1 } });
    expect((await judgeRun(folder)).result).toEqual(result);
    expect(troubles).toEqual([failure, expect.objectContaining({ id: "left-behind", exit: "leftBehind" })]);
  });

  it("before the first was begun are an error, and leave no folder", async () => {
    fate = [
      () => {
        throw new Error("no room");
      },
    ];
    await expect(play(3)).rejects.toThrow("no room");
    expect(readdirSync(join(home, "runs"))).toEqual([]);
    expect(existsSync(join(home, "runs"))).toBe(true);
  });
});
