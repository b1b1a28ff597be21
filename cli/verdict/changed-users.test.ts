import { describe, expect, test } from "vitest";
import type { ChangeEvent, MeasureEvent } from "../history/events.ts";
import { type Story, story } from "./golden/history-builder.ts";
import { architectureIn } from "./golden/judging.ts";
import { judge } from "./judge.ts";

/** Nothing is broken here: what happens, happens to the users. */
function baseline(): Story {
  return story().comesIn("ada", "app1").comesIn("bob", "app2").comesIn("cyd", "app3");
}

function predictsAll(told: Story, fate: string): Story {
  for (const user of ["ada", "bob", "cyd"]) told.predicts(user, user === "bob" ? fate : "survived");
  return told;
}

function changed(told: Story, what: ChangeEvent["what"]): Story {
  return told.event({ type: "change", at: lastAt(told), user: "bob", what, says: "changed" });
}

function lastAt(told: Story): number {
  const last = told.events.at(-1)!;
  return "at" in last ? last.at : 0;
}

async function causesOf(told: Story) {
  return (await architectureIn(told.ends())).causes.map(({ cause, fate }) => `${fate}: ${cause}`);
}

describe.each<[ChangeEvent["what"], string]>([
  ["address", "client-address-changed"],
  ["affinity-cookie", "affinity-cookie-missing"],
  ["forged-affinity", "affinity-cookie-forged"],
])("a change of the %s", (what, cause) => {
  const sentElsewhere = (told: Story) =>
    told
      .phase("final")
      .isSentTo("bob", "app3")
      .checksIn("ada", "me")
      .checksIn("bob", "anonymous", { pinned: "anonymous", home: "me", server: "app3" })
      .checksIn("cyd", "me");

  test("is the cause when the old server still knows the session, and the browser comes elsewhere", async () => {
    const told = sentElsewhere(changed(predictsAll(baseline(), "orphaned"), what));
    expect(await causesOf(told)).toEqual([`orphaned: ${cause}`]);
  });

  test("is not when nothing was changed", async () => {
    const told = sentElsewhere(predictsAll(baseline(), "orphaned"));
    expect(await causesOf(told)).toEqual(["orphaned: unattributed"]);
  });

  test("makes a prediction that is written down after it worthless", async () => {
    const told = sentElsewhere(predictsAll(changed(baseline(), what), "orphaned"));
    const { reasons } = await architectureIn(told.ends());
    expect(reasons.join()).toContain("for 3 of 3 sessions no expectation was written down");
  });
});

describe("a copy of the cookies from before an acknowledged logout", () => {
  const afterLogout = (copy: "me" | "anonymous") =>
    predictsAll(baseline(), copy === "me" ? "resurrected" : "survived")
      .phase("fault")
      .logsOut("bob")
      .phase("final")
      .checksIn("ada", "me")
      .checksIn("bob", "anonymous", { pinned: copy })
      .checksIn("cyd", "me");

  test("that still opens the session: resurrected, because the token is not revocable", async () => {
    expect(await causesOf(afterLogout("me"))).toEqual(["resurrected: not-revocable"]);
  });

  test("that opens nothing: the logout held", async () => {
    const { fates, verdict } = await architectureIn(afterLogout("anonymous").ends());
    expect({ fates, verdict }).toEqual({ fates: { survived: 3 }, verdict: "confirmed" });
  });
});

describe("a logout that theory says can be undone, of a session that the fault did not touch", () => {
  /** Everybody logs out, then app2 is killed, where nobody lives but bob; cyd's copied cookies still open the session. */
  const undone = (logsOut: (told: Story) => Story) => {
    const told = baseline().predicts("ada", "survived").predicts("bob", "survived");
    logsOut(told.predicts("cyd", "resurrected").phase("fault")).injects("freeze", "app2").heals("freeze", "app2");
    told.settles().checksIn("ada", "me").checksIn("bob", "me").checksIn("cyd", "anonymous", { pinned: "me" });
    return architectureIn(told.ends());
  };

  test("is as theory says where the logout was acknowledged", async () => {
    const { verdict, mismatches } = await undone((told) => told.logsOut("cyd"));
    expect({ verdict, mismatches }).toEqual({ verdict: "confirmed", mismatches: 0 });
  });

  test("is not where nobody knows whether it was: the fault must leave it alone", async () => {
    const { verdict, mismatches } = await undone((told) =>
      told.operation("cyd", "log-out", "none", { outcome: "unknown" }),
    );
    expect({ verdict, mismatches }).toEqual({ verdict: "refuted", mismatches: 1 });
  });
});

describe("a measure", () => {
  const measured = (fields: Partial<MeasureEvent>) => {
    const told = predictsAll(baseline(), "survived");
    const measure = { name: "largest share", value: 0.4, unit: "share", because: "theory", ...fields };
    told.event({ type: "measure", at: lastAt(told), architecture: "cookie.memory", ...measure });
    return told.phase("final").checksIn("ada", "me").checksIn("bob", "me").checksIn("cyd", "me").ends();
  };

  test.each([
    ["within its bounds", { atMost: 0.5 }, "confirmed"],
    ["above its bound", { atMost: 0.3 }, "refuted"],
    ["below its bound", { atLeast: 1 }, "refuted"],
    ["on its bound", { atLeast: 0.4, atMost: 0.4 }, "confirmed"],
  ])("%s: %j is %s", async (_what, bound, verdict) => {
    expect((await judge(measured(bound).events)).verdict).toBe(verdict);
  });

  test("that missed its bound is a doubt where a balancer of this policy gave up on a server that nobody had broken", async () => {
    const gaveUp = (policy: string) => {
      const told = measured({ atLeast: 1 });
      const failover = { type: "failover", at: lastAt(told), policy, server: "app1", line: "" } as const;
      told.events.splice(-1, 0, failover);
      return judge(told.events);
    };
    const { verdict, reasons } = await gaveUp("cookie");
    expect([verdict, ...reasons]).toEqual([
      "inconclusive",
      "cookie.memory inconclusive: largest share: 0.4, expected at least 1; the balancer gave up on app1, which nobody had broken: it was too slow, or died",
    ]);
    expect((await gaveUp("ip-hash")).verdict).toBe("refuted");
  });

  test("says what was measured and what theory allows, where they differ", async () => {
    const { reasons } = await judge(measured({ atLeast: 1 }).events);
    expect(reasons).toEqual(["cookie.memory refuted: largest share: 0.4, expected at least 1"]);
  });
});

test("a session is exposed to a server's return when its browser belongs there, wherever it logged in meanwhile", async () => {
  const told = story().enters("bob").logsIn("bob", "app1").adds("bob", "book").reads("bob", "me");
  told.reads("bob", "me", { connection: "fresh" }).reads("bob", "me");
  const [entered] = told.events.filter((event) => event.type === "user");
  Object.assign(entered!, { seat: "app2" });
  told.predicts("bob", "survived").injects("return", "app2").heals("return", "app2").settles().checksIn("bob", "me");
  const { exposed } = await architectureIn(told.ends());
  expect(exposed).toBe(1);
});

describe("a fault of the balancer", () => {
  const restarted = (keptIn: "browser" | "balancer-memory") => {
    const told = story({ architectures: ["cookie.memory", "cookie.redis"] });
    const [run] = told.events;
    if (run?.type === "run") run.architectures[0]!.policy.keptIn = keptIn;
    if (run?.type === "run") run.architectures[1]!.policy.keptIn = "browser";
    told.comesIn("bob", "app2").comesIn("ada", "app1", { architecture: "cookie.redis" });
    told.predicts("bob", ["unstable", "survived"]).predicts("ada", "survived");
    told.injects("restart", "nginx").heals("restart", "nginx").settles().checksIn("ada", "me");
    return told;
  };

  test("that forgot who belongs where: its sessions flicker, those of other policies are the controls", async () => {
    const told = restarted("balancer-memory")
      .checksIn("bob", "me")
      .reads("bob", "anonymous", { server: "app1", connection: "fresh" });
    const { verdict, exposed, causes } = await architectureIn(told.ends());
    expect({ verdict, exposed, cause: causes[0]?.cause }).toEqual({
      verdict: "confirmed",
      exposed: 1,
      cause: "sent-anywhere",
    });
  });

  test("touches no session whose affinity the browser keeps: whatever harms it is a mismatch", async () => {
    const told = restarted("browser")
      .checksIn("bob", "me")
      .reads("bob", "anonymous", { server: "app1", connection: "fresh" });
    const { verdict, exposed } = await architectureIn(told.ends());
    expect({ verdict, exposed }).toEqual({ verdict: "refuted", exposed: 0 });
  });
});
