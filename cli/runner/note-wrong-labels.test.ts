import { expect, it } from "vitest";
import { noteWrongLabels } from "./note-wrong-labels.ts";
import { setStage } from "./testing/stage.ts";

it("raises an alarm where a cookie names another app server than the one that answers, once for each policy", async () => {
  const { stage, events } = await setStage({ architectures: ["cookie.memory", "cookie.redis"] });
  for (const member of stage.members) if (member.seat === "app1") member.seat = "app3";
  noteWrongLabels(stage);
  expect(events).toMatchObject([
    { type: "alert", line: "policy cookie: the affinity cookie says SERVER_ID=app1, and app3 answers" },
  ]);
});

it("says nothing where each cookie names the app server that answers", async () => {
  const { stage, events } = await setStage();
  noteWrongLabels(stage);
  expect(events).toEqual([]);
});
