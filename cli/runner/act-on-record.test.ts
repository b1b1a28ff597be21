import { expect, it } from "vitest";
import { act, isElsewhere } from "./act-on-record.ts";
import { setStage } from "./testing/stage.ts";

it("writes down what a user did, and in which phase", async () => {
  const { stage, events } = await setStage();
  const [member] = stage.members;
  await act({ ...stage, phase: "final" }, member!, "log-in");
  expect(events).toMatchObject([{ type: "operation", kind: "log-in", phase: "final", user: member!.user.id }]);
});

it("counts the answers to subjects, by architecture, and those of no copied cookie", async () => {
  const { stage } = await setStage({ users: 2 });
  const [first, second] = stage.members.filter(({ role }) => role === "subject");
  await act(stage, first!, "log-in");
  await act(stage, second!, "who-am-i");
  await act(stage, first!, "who-am-i", { jar: "pinned" });
  expect(stage.answers.get("cookie.memory")?.answers).toMatchObject({ me: 1, anonymous: 1 });
});

it("takes a session for elsewhere whose server is known, and not broken", async () => {
  const { stage } = await setStage();
  stage.keptOn.set("one", "redis-c1").set("other", "redis-c2");
  const heal = async () => {};
  stage.broken.push({ kind: "kill", target: "redis-c1", effect: { process: "ends" }, moment: 1, heal });
  expect(["one", "other", "nobody"].map((user) => isElsewhere(stage, user))).toEqual([false, true, false]);
});
