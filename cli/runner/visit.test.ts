import { expect, it } from "vitest";
import { setStage } from "./testing/stage.ts";
import { newBrowserAt } from "./visit.ts";

it("says which app server a new browser reached, and puts nothing on record", async () => {
  const { stage, events } = await setStage({ architectures: ["ip-hash.memory"] });
  expect(await newBrowserAt(stage, stage.architectures[0]!, "10.0.4.7")).toBe("app2");
  expect(events).toEqual([]);
});

it("says nothing where nobody answers", async () => {
  const { stage, site } = await setStage();
  for (const server of stage.appServers) site.away.add(server);
  expect(await newBrowserAt(stage, stage.architectures[0]!, "10.0.4.7")).toBeUndefined();
});
