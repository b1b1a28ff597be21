import { describe, expect, test } from "vitest";
import { waitUntil } from "./wait-until.ts";

describe("a wait in a test", () => {
  test("ends when the condition holds, whatever was thrown before", async () => {
    let looks = 0;
    const condition = () => {
      looks += 1;
      if (looks < 3) throw new Error("not yet");
      return true;
    };
    expect(await waitUntil("it", condition, { everyMs: 1 })).toBeGreaterThanOrEqual(0);
    expect(looks).toBe(3);
  });

  test("that was in vain says what was awaited and what was seen last", async () => {
    const condition = () => new Error("connection refused");
    await expect(waitUntil("the store to be ready", condition, { deadlineMs: 20 })).rejects.toThrow(
      "waited 20 ms for the store to be ready; last seen: Error: connection refused",
    );
  });

  test("ends at its deadline though the look never does, and tells it that nobody waits any more", async () => {
    const told: string[] = [];
    const condition = (signal: AbortSignal) =>
      new Promise(() => signal.addEventListener("abort", () => void told.push("over")));
    await expect(waitUntil("the store to be ready", condition, { deadlineMs: 20 })).rejects.toThrow(
      "waited 20 ms for the store to be ready; last seen: nothing, no look came to an end",
    );
    expect(told).toEqual(["over"]);
  });
});
