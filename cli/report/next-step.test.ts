import { describe, expect, test } from "vitest";
import { nextStep } from "./next-step.ts";

const next = { scenario: "redis-crash", toSee: "what becomes of the survivors" };
const stepAfter = (verdict: "confirmed" | "refuted" | "inconclusive", scenario: object = { next }) =>
  nextStep({
    scenario: { id: "server-crash", title: "t", question: "q?", ...scenario },
    run: { seed: 7 } as Parameters<typeof nextStep>[0]["run"],
    verdict,
  });

describe("the next step", () => {
  test("after a confirmed run is the one that its scenario names", () => {
    expect(stepAfter("confirmed")).toEqual({
      command: "lab scenario redis-crash",
      toSee: "what becomes of the survivors",
    });
  });

  test.each(["refuted", "inconclusive"] as const)("after a run that is %s is the same again", (verdict) => {
    expect(stepAfter(verdict)).toEqual({
      command: "lab scenario server-crash --seed 7",
      toSee: "whether it happens again",
    });
  });

  test("is the list where a history names none, as those of old do not", () => {
    expect(stepAfter("confirmed", {})).toEqual({ command: "lab scenario --list" });
  });

  test("is no command that does something else", () => {
    const list = { command: "lab scenario --list" };
    expect(stepAfter("confirmed", { next: { ...next, scenario: "x; reboot" } })).toEqual(list);
    expect(stepAfter("refuted", { id: "$(reboot)" })).toEqual(list);
  });
});
