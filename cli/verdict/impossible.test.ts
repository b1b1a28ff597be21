import { describe, expect, test } from "vitest";
import type { RunEvent } from "../history/events.ts";
import { type Story, story } from "./golden/history-builder.ts";
import { architectureIn, crashAndRepair, predictCrash, resultOf, threeUsers } from "./golden/judging.ts";

/** A story that would be confirmed, but for the impossible thing told before the crash. */
async function crashAfter(told: Story) {
  const { verdict, reasons } = await resultOf(checkIn(crashAndRepair(predictCrash(told))).ends());
  return { verdict, reasons };
}

function checkIn(told: Story): Story {
  return told.checksIn("ada", "me").checksIn("bob", "anonymous").checksIn("cyd", "me");
}

describe("a prediction", () => {
  test("written down after the first fault does not count", async () => {
    const told = threeUsers().predicts("ada", "survived").predicts("cyd", "survived").injects("kill", "app2");
    told.predicts("bob", "lost").heals("kill", "app2").isReborn("app2").settles();
    expect(await architectureIn(checkIn(told).ends())).toMatchObject({
      verdict: "inconclusive",
      reasons: ["for 1 of 3 sessions no expectation was written down before the fault"],
      expected: { survived: 2 },
    });
  });

  test("cannot be taken back after the first fault", async () => {
    const told = predictCrash(threeUsers(), "survived").injects("kill", "app2");
    told.predicts("bob", "lost").heals("kill", "app2").isReborn("app2").settles();
    expect(await architectureIn(checkIn(told).ends())).toMatchObject({
      verdict: "refuted",
      mismatchExamples: ["bob (home app2): expected survived, observed lost"],
    });
  });

  test("may be revised as long as nothing is broken", async () => {
    const told = checkIn(crashAndRepair(predictCrash(predictCrash(threeUsers(), "survived"), "lost")));
    expect(await architectureIn(told.ends())).toMatchObject({ verdict: "confirmed" });
  });

  test("made after the final reads of a run without faults does not count", async () => {
    const told = threeUsers().phase("final").checksIn("ada", "me").checksIn("bob", "me").checksIn("cyd", "me");
    for (const user of ["ada", "bob", "cyd"]) told.predicts(user, "survived");
    expect(await resultOf(told.ends())).toMatchObject({ verdict: "inconclusive" });
  });

  test("about a user who never entered changes nothing", async () => {
    expect(await crashAfter(threeUsers().predicts("zoe", "lost"))).toEqual({ verdict: "confirmed", reasons: [] });
  });
});

describe("an impossible history", () => {
  test("with answers before the login judges by those that came after it", async () => {
    const told = story().enters("ada").reads("ada", "anonymous").logsIn("ada", "app1").adds("ada", "book");
    told.reads("ada", "me", { times: 2 }).reads("ada", "me", { connection: "fresh" });
    expect(await crashAfter(told.comesIn("bob", "app2").comesIn("cyd", "app3"))).toEqual({
      verdict: "confirmed",
      reasons: [],
    });
  });

  test("with an operation of an unknown user is inconclusive", async () => {
    expect(await crashAfter(threeUsers().reads("zoe", "me"))).toEqual({
      verdict: "inconclusive",
      reasons: ["the history contradicts itself: user zoe acted without ever having entered"],
    });
  });

  test("with an unknown user who is shown somebody else's session is refuted", async () => {
    expect(await crashAfter(threeUsers().reads("zoe", "someone-else"))).toMatchObject({ verdict: "refuted" });
  });

  test("with a user of an architecture that takes no part is inconclusive", async () => {
    expect(await crashAfter(threeUsers().comesIn("zoe", "app1", { architecture: "cookie.redis" }))).toEqual({
      verdict: "inconclusive",
      reasons: ["the history contradicts itself: user zoe is of cookie.redis, which takes no part in this run"],
    });
  });

  test("with a user who enters twice keeps what the first had seen", async () => {
    expect(await crashAfter(threeUsers().reads("ada", "someone-else").enters("ada"))).toMatchObject({
      verdict: "refuted",
      reasons: [
        "the history contradicts itself: user ada entered twice",
        "cookie.memory refuted: 1 session not as expected, e.g. ada (home app1): expected survived, observed crossed; there is no untouched session, or not all of these survived, so the losses cannot be laid to the fault",
      ],
    });
  });

  test("with a user who logs in twice is inconclusive: a second login hides a loss", async () => {
    const told = crashAndRepair(predictCrash(threeUsers(), "survived")).logsIn("bob", "app1");
    const { verdict, reasons } = await resultOf(
      told.checksIn("ada", "me").checksIn("bob", "me").checksIn("cyd", "me").ends(),
    );
    expect(verdict).toBe("inconclusive");
    expect(reasons).toContain("the history contradicts itself: user bob logged in twice, which would hide a loss");
  });

  test("with a heal of a fault that was never injected is inconclusive", async () => {
    expect(await crashAfter(threeUsers().heals("kill", "app3"))).toEqual({
      verdict: "inconclusive",
      reasons: [
        "the history contradicts itself: fault kill app3 is healing, but was never written down before it was injected",
        "the history contradicts itself: fault kill app3 is healed, but was never written down before it was injected",
      ],
    });
  });

  test("with a fault that is confirmed, but was not written down before it was done, is inconclusive", async () => {
    const told = threeUsers().predicts("ada", "survived").predicts("bob", "survived").predicts("cyd", "survived");
    told.fault("kill", "app2", "confirmed").settles().checksIn("ada", "me").checksIn("bob", "me").checksIn("cyd", "me");
    expect(await resultOf(told.ends())).toMatchObject({ verdict: "inconclusive" });
  });

  test("with final reads before the fault judges nobody by them", async () => {
    const told = predictCrash(threeUsers()).settles();
    checkIn(told).injects("kill", "app2").heals("kill", "app2").isReborn("app2").settles();
    expect(await resultOf(told.ends())).toMatchObject({
      verdict: "inconclusive",
      reasons: [
        "cookie.memory inconclusive: 3 of 3 sessions could not be judged: fewer than 3 reads over fresh connections after the settle point",
      ],
    });
  });

  test("with another fault after the final reads judges nobody by them", async () => {
    const told = checkIn(crashAndRepair(predictCrash(threeUsers())))
      .injects("freeze", "app3")
      .heals("freeze", "app3");
    expect((await architectureIn(told.ends())).fates).toEqual({ "not-judged": 3 });
  });

  test("with another fault after the settle point is not settled", async () => {
    const told = checkIn(crashAndRepair(predictCrash(threeUsers())))
      .injects("freeze", "app3")
      .heals("freeze", "app3");
    expect((await resultOf(told.ends())).reasons).toContain("nobody waited for the lab to settle after the repair");
  });

  test("with a second run in it is inconclusive", async () => {
    const { events } = threeUsers();
    expect(await crashAfter(threeUsers().event(events[0] as RunEvent))).toEqual({
      verdict: "inconclusive",
      reasons: ["the history contradicts itself: the history tells of a second run"],
    });
  });

  test("with nothing but a beginning is inconclusive", async () => {
    expect(await resultOf(story())).toMatchObject({
      verdict: "inconclusive",
      reasons: [
        "the history has no end: the run was killed, or the file is cut off",
        "cookie.memory inconclusive: no user took part",
      ],
    });
  });

  test("with thousands of contradictions names the first few", async () => {
    const told = threeUsers();
    for (let count = 0; count < 5_000; count++) told.reads(`ghost-${count}`, "me");
    const { reasons } = await crashAfter(told);
    expect(reasons.map((reason) => reason.replace("the history contradicts itself: ", ""))).toEqual([
      "user ghost-0 acted without ever having entered",
      "user ghost-1 acted without ever having entered",
      "user ghost-2 acted without ever having entered",
      "and 4997 more like this",
    ]);
  });

  test("with names that JavaScript gives a meaning of its own counts them as names", async () => {
    const told = story({ appServers: ["constructor", "__proto__", "app3"], victim: "__proto__" })
      .comesIn("ada", "constructor")
      .comesIn("bob", "__proto__")
      .comesIn("toString", "app3");
    const { placement } = await architectureIn(told);
    expect(Object.entries(placement)).toEqual([
      ["constructor", 1],
      ["__proto__", 1],
      ["app3", 1],
    ]);
  });
});

test("a judge without a history says what is missing", async () => {
  await expect(resultOf({ events: [] } as unknown as Story)).rejects.toThrow("a history begins with a run event");
});
