import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { actUntil } from "./act-until.ts";

/** A clock that only actions move. */
let now = 0;
beforeEach(() => {
  now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => void vi.restoreAllMocks());

it("acts until it is done, and no more", async () => {
  const left = ["two", "one", "none"];
  const act = async () => left.shift();
  expect(await actUntil({ act, until: (seen) => seen === "none", deadlineMs: 1, everyMs: 1 })).toEqual({
    ok: true,
    seen: "none",
  });
  expect(left).toEqual([]);
});

it("does not leave an action half-way at the deadline, and believes what it has done", async () => {
  const act = async () => {
    now += 60_000;
    return "done";
  };
  expect(await actUntil({ act, until: () => true, deadlineMs: 5_000 })).toEqual({ ok: true, seen: "done" });
});

it("tries again after an action that took longer than the deadline: that it took long is not why something is left", async () => {
  const left = ["app1", "nothing"];
  const act = async () => {
    now += 60_000;
    return left.shift();
  };
  const until = (seen?: string) => seen === "nothing";
  expect(await actUntil({ act, until, deadlineMs: 5_000, everyMs: 1 })).toEqual({ ok: true, seen: "nothing" });
});

it("gives up after one more try that began past the deadline", async () => {
  let tries = 0;
  const act = async () => {
    now += 2_000;
    return ++tries;
  };
  expect(await actUntil({ act, until: () => false, deadlineMs: 5_000, everyMs: 1 })).toEqual({ ok: false, seen: 4 });
});

it("passes on what an action throws", async () => {
  const act = () => Promise.reject(new Error("the engine is down"));
  await expect(actUntil({ act, until: () => true, deadlineMs: 5_000 })).rejects.toThrow("the engine is down");
});
