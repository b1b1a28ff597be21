import { expect, test } from "vitest";
import { type Story, story } from "./golden/history-builder.ts";
import { architectureIn } from "./golden/judging.ts";

/** ada on app1 and bob on app2, whose servers are restarted one after the other; what bob is told between the two is up to the test. */
function rollingDeploy(between: "me" | "anonymous"): Story {
  const told = story().comesIn("ada", "app1").comesIn("bob", "app2");
  for (const user of ["ada", "bob"]) told.predicts(user, "lost");
  told
    .injects("restart", "app1")
    .isReborn("app1")
    .reads("ada", "anonymous")
    .reads("bob", between)
    .heals("restart", "app1");
  told.settles().phase("fault");
  told.injects("restart", "app2").isReborn("app2").reads("bob", "anonymous").heals("restart", "app2").settles();
  return told.checksIn("ada", "anonymous").checksIn("bob", "anonymous").ends();
}

test("where every server has its turn, who waited unharmed is the control, and the losses have their cause", async () => {
  const { verdict, causes } = await architectureIn(rollingDeploy("me"));
  expect(verdict).toBe("confirmed");
  expect(causes.map(({ cause }) => cause)).toEqual(["process-memory-died", "process-memory-died"]);
});

test("who was logged out before its own turn is no control: then nothing is laid to the restarts", async () => {
  const { verdict, reasons, causes } = await architectureIn(rollingDeploy("anonymous"));
  expect(verdict).not.toBe("confirmed");
  expect(reasons.join()).toContain("there is no untouched session");
  expect(causes.map(({ cause }) => cause)).toEqual(["unattributed"]);
});

test("a server that leaves the lists keeps the sessions that nobody is led to: sent-elsewhere", async () => {
  const left = () => {
    const told = story({ architectures: ["ip-hash.memory"] });
    const where = { architecture: "ip-hash.memory" };
    told
      .comesIn("ada", "app1", where)
      .comesIn("bob", "app2", where)
      .predicts("ada", "survived")
      .predicts("bob", "orphaned");
    told.injects("leave", "app2").isSentTo("bob", "app3").reads("bob", "anonymous").settles();
    return told
      .checksIn("ada", "me")
      .checksIn("bob", "anonymous", { pinned: "anonymous", home: "me" })
      .heals("leave", "app2")
      .ends();
  };
  const { verdict, causes } = await architectureIn(left(), "ip-hash.memory");
  expect(verdict).toBe("confirmed");
  expect(causes.map(({ cause }) => cause)).toEqual(["sent-elsewhere"]);
});
