import { expect, test } from "vitest";
import { faultKinds } from "../catalogue.ts";
import { faultsByHand } from "./hands.ts";

test("the page has buttons for what can be done to any service, and for nothing that is for one kind of service", async () => {
  const buttons = await faultsByHand();
  expect(buttons).toEqual(expect.arrayContaining(["freeze", "kill", "partition", "restart", "stop"]));
  const others = faultKinds().filter((kind) => !buttons.includes(kind));
  expect(others).toEqual(expect.arrayContaining(["drain", "evict", "join", "return"]));
});
