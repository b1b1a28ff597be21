import { expect, it } from "vitest";
import { noteAlerts } from "./note-alerts.ts";
import { setStage } from "./testing/stage.ts";

it("puts every line of nginx on record that must never be there, and no other", async () => {
  const log = "2026/11/26 [warn] slow\n2026/11/26 [alert] worker process exited\n2026/11/26 [emerg] no memory\n";
  const { stage, events } = await setStage({ log });
  await noteAlerts(stage, 0);
  expect(events).toMatchObject([
    { type: "alert", service: "nginx", line: "2026/11/26 [alert] worker process exited" },
    { type: "alert", service: "nginx", line: "2026/11/26 [emerg] no memory" },
  ]);
});
