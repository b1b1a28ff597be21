import { describe, expect, test } from "vitest";
import type { Story } from "./golden/history-builder.ts";
import { crashAndRepair, fateIn, predictCrash, threeUsers } from "./golden/judging.ts";

/** Everybody is logged in, app2 was killed and is back; what the final reads say is up to each test. */
function afterTheCrash(architecture?: string): Story {
  return crashAndRepair(predictCrash(threeUsers(architecture)));
}

describe("the fate of a session", () => {
  test("is survived when everything acknowledged is there", () => {
    expect(fateIn(afterTheCrash().checksIn("ada", "me").ends(), "ada")).toBe("survived");
  });

  test("is survived when the answers failed now and then, but never said anything else", () => {
    const told = afterTheCrash().reads("ada", "none", { connection: "fresh", times: 2 }).checksIn("ada", "me").ends();
    expect(fateIn(told, "ada")).toBe("survived");
  });

  test("is survived with exactly three definitive answers among twenty reads", () => {
    const told = afterTheCrash().reads("ada", "me", { connection: "fresh", times: 3 });
    expect(fateIn(told.reads("ada", "none", { connection: "fresh", times: 17 }).ends(), "ada")).toBe("survived");
  });

  test("is lost when the user is anonymous and so is whoever brings the pinned cookies", () => {
    expect(fateIn(afterTheCrash().checksIn("bob", "anonymous").ends(), "bob")).toBe("lost");
  });

  test("is orphaned when the pinned cookies still lead to the session", () => {
    const told = afterTheCrash().checksIn("bob", "anonymous", { pinned: "me", home: "me" }).ends();
    expect(fateIn(told, "bob")).toBe("orphaned");
  });

  test("is orphaned when only the old server, asked directly, still knows the session", () => {
    const told = afterTheCrash().checksIn("bob", "anonymous", { pinned: "anonymous", home: "me" }).ends();
    expect(fateIn(told, "bob")).toBe("orphaned");
  });

  test("is orphaned when the pinned cookies still lead to it, though the old server does not answer", () => {
    const told = afterTheCrash().checksIn("bob", "anonymous", { pinned: "me", home: "none" }).ends();
    expect(fateIn(told, "bob")).toBe("orphaned");
  });

  test("is not orphaned because the pinned cookies worked before the fault", () => {
    const told = crashAndRepair(threeUsers().reads("bob", "me", { jar: "pinned" }))
      .checksIn("bob", "anonymous")
      .ends();
    expect(fateIn(told, "bob")).toBe("lost");
  });

  test("is not judged when nobody asked with the pinned cookies: lost and orphaned look the same", () => {
    const told = afterTheCrash().reads("bob", "anonymous", { connection: "fresh", times: 3 }).ends();
    expect(fateIn(told, "bob")).toBe("not-judged");
  });

  test("is not judged when the old server may still have the session in its memory, but does not answer", () => {
    const told = afterTheCrash().checksIn("bob", "anonymous", { pinned: "anonymous", home: "none" }).ends();
    expect(fateIn(told, "bob")).toBe("not-judged");
  });

  test("is lost without the old server's answer when the session lived elsewhere", () => {
    const told = afterTheCrash("cookie.redis")
      .checksIn("bob", "anonymous", { pinned: "anonymous", home: "none" })
      .ends();
    expect(fateIn(told, "bob")).toBe("lost");
  });

  test("is unreachable when no final answer is definitive", () => {
    expect(fateIn(afterTheCrash().checksIn("bob", "none").ends(), "bob")).toBe("unreachable");
  });

  test("is unreachable, never lost, when the store does not answer", () => {
    const told = afterTheCrash("cookie.redis").checksIn("bob", "store-unreachable", { pinned: "anonymous" }).ends();
    expect(fateIn(told, "bob")).toBe("unreachable");
  });

  test("is unstable when the final answers disagree", () => {
    const told = afterTheCrash().checksIn("bob", "anonymous").reads("bob", "me", { connection: "fresh" }).ends();
    expect(fateIn(told, "bob")).toBe("unstable");
  });

  test("is unstable when the login flickered before anything was broken, whatever came later", () => {
    const told = threeUsers().reads("bob", "anonymous", { server: "app1" });
    expect(fateIn(crashAndRepair(told).checksIn("bob", "anonymous").ends(), "bob")).toBe("unstable");
  });

  test("is degraded when the app answers from a fallback without session data", () => {
    const told = afterTheCrash().checksIn("bob", "me", { degraded: true, cart: [], cartVersion: 0 }).ends();
    expect(fateIn(told, "bob")).toBe("degraded");
  });

  test("is resurrected, not degraded, when the fallback lets somebody in who had been logged out", () => {
    const told = crashAndRepair(threeUsers("cookie.redis").logsOut("bob"));
    const answered = { degraded: true as const, cart: [], cartVersion: 0 };
    expect(fateIn(told.checksIn("bob", "me", answered).ends(), "bob")).toBe("resurrected");
  });

  test("is degraded when nobody knows whether the logout was carried out", () => {
    const told = crashAndRepair(threeUsers("cookie.redis").logsOut("bob", "unknown"));
    expect(fateIn(told.checksIn("bob", "me", { degraded: true }).ends(), "bob")).toBe("degraded");
  });

  test("is rolled-back when an acknowledged item is missing", () => {
    expect(fateIn(afterTheCrash().checksIn("bob", "me", { cart: [] }).ends(), "bob")).toBe("rolled-back");
  });

  test("is rolled-back when the cart's version went back though the items are there", () => {
    expect(fateIn(afterTheCrash().checksIn("bob", "me", { cartVersion: 1 }).ends(), "bob")).toBe("rolled-back");
  });

  test("is rolled-back when a single one of the final reads lacks an item", () => {
    const told = afterTheCrash().checksIn("bob", "me").reads("bob", "me", { connection: "fresh", cart: [] }).ends();
    expect(fateIn(told, "bob")).toBe("rolled-back");
  });

  test("is crossed by one foreign answer, even in the baseline and even if all else is well", () => {
    const told = crashAndRepair(threeUsers().reads("ada", "someone-else")).checksIn("ada", "me").ends();
    expect(fateIn(told, "ada")).toBe("crossed");
  });

  test("is crossed when the pinned cookies show somebody else", () => {
    const told = afterTheCrash().checksIn("bob", "anonymous", { pinned: "someone-else" }).ends();
    expect(fateIn(told, "bob")).toBe("crossed");
  });
});

describe("a logout", () => {
  test("that was acknowledged and holds is survived: anonymous is what the user asked for", () => {
    const told = crashAndRepair(threeUsers().logsOut("bob")).checksIn("bob", "anonymous").ends();
    expect(fateIn(told, "bob")).toBe("survived");
  });

  test("that was acknowledged and came undone is resurrected", () => {
    expect(fateIn(crashAndRepair(threeUsers().logsOut("bob")).checksIn("bob", "me").ends(), "bob")).toBe("resurrected");
  });

  test("makes later anonymous baseline answers no flicker", () => {
    const told = threeUsers().logsOut("bob").reads("bob", "anonymous");
    expect(fateIn(crashAndRepair(told).checksIn("bob", "anonymous").ends(), "bob")).toBe("survived");
  });

  test("of unknown outcome that turns out carried out is no loss", () => {
    const told = crashAndRepair(threeUsers().logsOut("bob", "unknown")).checksIn("bob", "anonymous").ends();
    expect(fateIn(told, "bob")).toBe("survived");
  });

  test("of unknown outcome that turns out not carried out is no resurrection", () => {
    const told = crashAndRepair(threeUsers().logsOut("bob", "unknown")).checksIn("bob", "me").ends();
    expect(fateIn(told, "bob")).toBe("survived");
  });

  test("that was rejected leaves the session to be lost", () => {
    const told = crashAndRepair(threeUsers().logsOut("bob", "rejected")).checksIn("bob", "anonymous").ends();
    expect(fateIn(told, "bob")).toBe("lost");
  });
});

describe("a write of unknown outcome", () => {
  const told = () => crashAndRepair(threeUsers().adds("bob", "lamp", "unknown"));

  test("that turns out absent is no loss", () => {
    expect(fateIn(told().checksIn("bob", "me").ends(), "bob")).toBe("survived");
  });

  test("that turns out present is no violation", () => {
    const present = { cart: ["book-of-bob", "lamp"], cartVersion: 3 };
    expect(fateIn(told().checksIn("bob", "me", present).ends(), "bob")).toBe("survived");
  });
});

describe("a session is not judged", () => {
  const finalMe = (told: Story) => fateIn(crashAndRepair(told).checksIn("dan", "me").ends(), "dan");

  test("without a login", () => {
    const told = threeUsers()
      .enters("dan")
      .reads("dan", "me", { times: 3 })
      .reads("dan", "me", { connection: "fresh" });
    expect(finalMe(told)).toBe("not-judged");
  });

  test("when nobody knows whether the login was carried out", () => {
    const told = threeUsers().enters("dan").logsIn("dan", "app2", { outcome: "unknown" });
    expect(finalMe(told.reads("dan", "me", { times: 3 }).reads("dan", "me", { connection: "fresh" }))).toBe(
      "not-judged",
    );
  });

  test("when it was recognised fewer than three times before the fault", () => {
    const told = threeUsers().enters("dan").logsIn("dan", "app2");
    expect(finalMe(told.reads("dan", "me").reads("dan", "me", { connection: "fresh" }))).toBe("not-judged");
  });

  test("when it was read over kept connections only before the fault", () => {
    expect(finalMe(threeUsers().enters("dan").logsIn("dan", "app2").reads("dan", "me", { times: 9 }))).toBe(
      "not-judged",
    );
  });

  test("when the store was down at baseline", () => {
    const told = threeUsers().enters("dan").logsIn("dan", "app2").reads("dan", "store-unreachable", { times: 9 });
    expect(finalMe(told)).toBe("not-judged");
  });

  test("when the user logged in twice, which would hide a loss", () => {
    const told = crashAndRepair(threeUsers()).logsIn("bob", "app1").checksIn("bob", "me").ends();
    expect(fateIn(told, "bob")).toBe("not-judged");
  });

  test("when the fault was not confirmed", () => {
    const told = threeUsers().fault("kill", "app2", "injecting").fault("kill", "app2", "unconfirmed").settles();
    expect(fateIn(told.checksIn("bob", "me").ends(), "bob")).toBe("not-judged");
  });

  test("when only one of the two signs shows the fault", () => {
    const oneSign = [
      { source: "engine" as const, shows: true, says: "exit code 137" },
      { source: "felt" as const, shows: false, says: "it still answers" },
    ];
    const told = threeUsers().fault("kill", "app2", "injecting").fault("kill", "app2", "confirmed", oneSign).settles();
    expect(fateIn(told.checksIn("bob", "me").ends(), "bob")).toBe("not-judged");
  });

  test("when two signs of the same source show the fault: they are not independent", () => {
    const sign = { source: "engine" as const, shows: true, says: "exit code 137" };
    const told = threeUsers().fault("kill", "app2", "injecting").fault("kill", "app2", "confirmed", [sign, sign]);
    expect(fateIn(told.settles().checksIn("bob", "me").ends(), "bob")).toBe("not-judged");
  });

  test.each([
    ["one", 1, "me"],
    ["two", 2, "me"],
    ["two", 2, "anonymous"],
  ] as const)("when %s of twenty final reads is answered definitely (%s %s)", (_, times, answer) => {
    const told = afterTheCrash().reads("ada", answer, { connection: "fresh", times });
    told.reads("ada", "none", { connection: "fresh", times: 20 - times, status: 504, reason: "status 504" });
    expect(fateIn(told.ends(), "ada")).toBe("not-judged");
  });

  test("when the only two definitive answers disagree", () => {
    const told = afterTheCrash()
      .reads("ada", "me", { connection: "fresh" })
      .reads("ada", "anonymous", { connection: "fresh" });
    expect(fateIn(told.reads("ada", "none", { connection: "fresh", times: 18 }).ends(), "ada")).toBe("not-judged");
  });

  test("after two final reads", () => {
    const told = afterTheCrash().reads("bob", "me", { connection: "fresh", times: 2 }).ends();
    expect(fateIn(told, "bob")).toBe("not-judged");
  });

  test("when it was read at the end over kept connections only", () => {
    expect(fateIn(afterTheCrash().checksIn("bob", "me", { connection: "kept" }).ends(), "bob")).toBe("not-judged");
  });

  test("when it was only browsing after the settle point: those are no final reads", () => {
    expect(fateIn(afterTheCrash().phase("fault").checksIn("bob", "me").ends(), "bob")).toBe("not-judged");
  });

  test("when its final reads came before the settle point", () => {
    const told = predictCrash(threeUsers()).injects("kill", "app2").phase("final").checksIn("bob", "me");
    expect(fateIn(told.heals("kill", "app2").settles().ends(), "bob")).toBe("not-judged");
  });

  test("when its final reads were invoked before the settle point and answered after it", () => {
    const told = afterTheCrash().checksIn("bob", "me", { at: 1 }).ends();
    expect(fateIn(told, "bob")).toBe("not-judged");
  });
});

test("a bad moment before the settle point is no flicker", () => {
  const told = predictCrash(threeUsers()).injects("kill", "app2").phase("final").checksIn("bob", "anonymous");
  expect(fateIn(told.heals("kill", "app2").settles().checksIn("bob", "me").ends(), "bob")).toBe("survived");
});

describe("where a balancer gave up on an app server that nobody had broken", () => {
  const gaveUp = (server: string, architecture?: string, policy = "cookie") =>
    threeUsers(architecture).event({ type: "failover", at: 1, policy, server, line: "" });
  const flickers = (told: Story) => crashAndRepair(told.reads("bob", "anonymous")).checksIn("bob", "anonymous").ends();
  const isElsewhere = (told: Story) =>
    crashAndRepair(told).checksIn("ada", "anonymous", { pinned: "anonymous", home: "me" }).ends();

  test("a user of that server who was asked for elsewhere is not judged", () => {
    expect(fateIn(flickers(gaveUp("app2")), "bob")).toBe("not-judged");
    expect(fateIn(isElsewhere(gaveUp("app1")), "ada")).toBe("not-judged");
  });

  test("a user of another server is judged, and one of another policy", () => {
    expect(fateIn(flickers(gaveUp("app1")), "bob")).toBe("unstable");
    expect(fateIn(flickers(gaveUp("app2", undefined, "ip-hash")), "bob")).toBe("unstable");
    expect(fateIn(isElsewhere(gaveUp("app3")), "ada")).toBe("orphaned");
  });

  test("without affinity nobody is led astray: all are led everywhere anyway", () => {
    expect(fateIn(flickers(gaveUp("app2", "round-robin.memory", "round-robin")), "bob")).toBe("unstable");
  });

  test("a session that died with its server is lost all the same", () => {
    expect(fateIn(crashAndRepair(gaveUp("app2")).checksIn("bob", "anonymous").ends(), "bob")).toBe("lost");
  });
});
