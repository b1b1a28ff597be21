import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { LabError } from "../errors.ts";
import { leaveInTurn } from "./leave-in-turn.ts";

/** Has three containers leave, the second in vain. @returns the most that left at the same time, and how each ended */
async function threeLeave(version: string) {
  let underWay = 0;
  let most = 0;
  const leave = leaveInTurn(async () => version);
  const one = async (name: string) => {
    most = Math.max(most, ++underWay);
    await sleep(5);
    underWay -= 1;
    if (name === "app2") throw new Error("in use");
    return name;
  };
  const ended = await Promise.allSettled(["app1", "app2", "app3"].map((name) => leave(() => one(name))));
  return { most, ended: ended.map((end) => (end.status === "fulfilled" ? end.value : end.reason.message)) };
}

it.each(["20.10.24+dfsg1", "19.03.15"])(
  "an engine %s has its containers leave one after the other, whatever becomes of one",
  async (version) => {
    expect(await threeLeave(version)).toEqual({ most: 1, ended: ["app1", "in use", "app3"] });
  },
);

it.each(["23.0.0", "28.2.2"])("an engine %s has them leave all at once", async (version) => {
  expect(await threeLeave(version)).toEqual({ most: 3, ended: ["app1", "in use", "app3"] });
});

it("an engine that does not answer says so to each who asks, and is asked again when it is back", async () => {
  let isDown = true;
  const leave = leaveInTurn(async () => {
    if (isDown) throw new Error("down");
    return "20.10.24";
  });
  const both = [leave(async () => 1), leave(async () => 2)];
  expect((await Promise.allSettled(both)).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  isDown = false;
  expect(await leave(async () => "gone")).toBe("gone");
});

it("an engine that hangs is waited for once, not by each in turn; the next attempt asks it again", async () => {
  let asked = 0;
  const hang = async () => {
    asked += 1;
    throw new LabError("silence", { id: "engine-silent", todo: "restart it", exit: "environment" });
  };
  const leave = leaveInTurn(async () => "20.10.24");
  const ended = await Promise.allSettled([1, 2, 3].map(() => leave(hang)));
  expect(ended.map(({ status }) => status)).toEqual(["rejected", "rejected", "rejected"]);
  expect(asked).toBe(1);
  expect(await leave(async () => "gone")).toBe("gone");
});

it.each([
  ["20.10.24", 2],
  ["23.0.0", 0],
])(
  "an engine %s: of the containers that leave, %i leave alone among all processes, each for itself",
  async (version, times) => {
    const held: string[] = [];
    const leave = leaveInTurn(
      async () => version,
      async (act) => {
        held.push("held");
        const done = await act();
        held.push("given back");
        return done;
      },
    );
    await Promise.all(["app1", "app2"].map((name) => leave(async () => name)));
    expect(held).toEqual(Array.from({ length: times }, () => ["held", "given back"]).flat());
  },
);
