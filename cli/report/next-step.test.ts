import { describe, expect, test } from "vitest";
import { resultOf, threeUsers } from "../verdict/golden/judging.ts";
import type { Result } from "../verdict/result.ts";
import { nextStep } from "./next-step.ts";

const next = { scenario: "redis-crash", toSee: "what becomes of the survivors" };
const result = await resultOf(threeUsers());
const stepAfter = (verdict: Result["verdict"], run: Partial<Result["run"]> = {}, scenario: object = { next }) =>
  nextStep({
    ...result,
    verdict,
    run: { ...result.run, ...run },
    scenario: { ...result.scenario, ...scenario },
  });

describe("the next step", () => {
  test("after a confirmed run is the one that its scenario names", () => {
    expect(stepAfter("confirmed")).toEqual({
      command: "lab scenario redis-crash",
      toSee: "what becomes of the survivors",
    });
  });

  test.each(["refuted", "inconclusive"] as const)("after a run that is %s is the same again", (verdict) => {
    expect(stepAfter(verdict, { asked: {} })).toEqual({
      command: "lab scenario server-crash --seed 7",
      toSee: "whether it happens again",
    });
  });

  test("names everything that was asked for", () => {
    const asked = { policies: ["cookie", "ip-hash"], stores: ["memory"], users: 6, victim: "app3", trials: 5 };
    expect(stepAfter("refuted", { asked }).command).toBe(
      "lab scenario server-crash --seed 7 --policy cookie,ip-hash --store memory --users 6 --victim app3 --trials 5",
    );
  });

  test("after one trial of a set is the set, with its seed", () => {
    const trial = { set: "a-set", seed: 40, number: 3 };
    expect(stepAfter("refuted", { asked: { trials: 5 }, trial, seed: 42, victim: "app1" }).command).toBe(
      "lab scenario server-crash --seed 40 --trials 5",
    );
  });

  test("names all that took part where a history does not say what was asked, as those of old do not", () => {
    expect(stepAfter("refuted").command).toBe(
      "lab scenario server-crash --seed 7 --policy cookie --store memory --users 3 --victim app2",
    );
  });

  test("is the list where a history names none, as those of old do not", () => {
    expect(stepAfter("confirmed", {}, {})).toEqual({ command: "lab scenario --list" });
  });

  test("is no command that does something else", () => {
    const list = { command: "lab scenario --list" };
    expect(stepAfter("confirmed", {}, { next: { ...next, scenario: "x; reboot" } })).toEqual(list);
    expect(stepAfter("refuted", {}, { id: "$(reboot)" })).toEqual(list);
    expect(stepAfter("refuted", { asked: { victim: "app1;reboot" } })).toEqual(list);
    expect(stepAfter("refuted", { asked: { stores: ["memory", "--port"] } })).toEqual(list);
    for (const id of ["Server Crash", "server-crash/..", "help", ".", "-x"].slice(0, 2).concat("-x", "."))
      expect([id, stepAfter("refuted", { asked: {} }, { id })]).toEqual([id, list]);
    expect(stepAfter("confirmed", {}, { next: { ...next, scenario: "../x" } })).toEqual(list);
  });

  test("names no number that the command line would refuse", () => {
    const list = { command: "lab scenario --list" };
    for (const seed of [-1, 2 ** 31, 1e15]) expect(stepAfter("refuted", { asked: {}, seed })).toEqual(list);
    for (const asked of [{ users: 100_001 }, { trials: 1_000_000 }])
      expect(stepAfter("refuted", { asked })).toEqual(list);
  });
});
