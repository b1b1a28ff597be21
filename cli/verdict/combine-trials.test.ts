import { expect, test } from "vitest";
import { combineTrials } from "./combine-trials.ts";
import { crashAndRepair, predictCrash, threeUsers } from "./golden/judging.ts";
import { judge } from "./judge.ts";

const crash = () =>
  crashAndRepair(predictCrash(threeUsers()))
    .checksIn("ada", "me")
    .checksIn("bob", "anonymous")
    .checksIn("cyd", "me")
    .ends();

test("trials add their counts, and name how many there were", async () => {
  const trial = await judge(crash().events);
  const { run, verdict, architectures, faults } = combineTrials([trial, trial, trial]);
  expect({ verdict, trials: run.trials, faults: faults.length }).toEqual({
    verdict: "confirmed",
    trials: 3,
    faults: 3,
  });
  expect(architectures[0]).toMatchObject({ sessions: 9, fates: { survived: 6, lost: 3 }, causes: [{ sessions: 3 }] });
});

test("one refuted trial refutes them all, and its reasons say which it was", async () => {
  const good = await judge(crash().events);
  const bad = { ...good, verdict: "refuted" as const, reasons: ["cookie.memory refuted: 1 session"] };
  const combined = combineTrials([good, bad]);
  expect(combined.verdict).toBe("refuted");
  expect(combined.reasons).toEqual(["trial 2: cookie.memory refuted: 1 session"]);
});

test("a single trial is itself", async () => {
  const trial = await judge(crash().events);
  expect(combineTrials([trial])).toBe(trial);
});
