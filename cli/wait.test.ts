import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { actUntil, lastSeen, waitUntil } from "./wait.ts";

/** What Node hears of promises that nobody looked after. */
const unhandled: unknown[] = [];
const hear = (reason: unknown) => unhandled.push(reason);
beforeEach(() => void process.on("unhandledRejection", hear));
afterEach(async () => {
  await sleep(0);
  process.off("unhandledRejection", hear);
  expect(unhandled.splice(0)).toEqual([]);
});

const never = () => new Promise<number>(() => {});

describe("a wait", () => {
  it("says the thing that was awaited, and looks no more", async () => {
    let looks = 0;
    const waited = await waitUntil({ look: async () => ++looks, until: (seen) => seen === 3, deadlineMs, everyMs: 1 });
    expect(waited).toMatchObject({ ok: true, seen: 3 });
    expect(looks).toBe(3);
  });

  it("throws what a look throws in time", async () => {
    const look = () => Promise.reject(new Error("no such container"));
    await expect(waitUntil({ look, until: () => true, deadlineMs })).rejects.toThrow("no such container");
  });

  it("that was in vain says the last thing seen", async () => {
    const waited = await waitUntil({ look: async () => "starting", until: () => false, deadlineMs: 20, everyMs: 1 });
    expect(waited).toMatchObject({ ok: false, seen: "starting" });
    expect(lastSeen(waited)).toBe("starting");
  });

  it("ends at its deadline though the look never ends, and says that nothing was seen", async () => {
    const waited = await waitUntil({ look: never, until: () => true, deadlineMs: 20 });
    expect(waited).toMatchObject({ ok: false, seen: undefined });
    expect(lastSeen({ ...waited, waitedMs: 20_000 })).toBe("no look came to an end within 20.0 s");
  });

  it("ends at its deadline in the middle of a later look, and says what the one before saw", async () => {
    let looks = 0;
    const look = () => (++looks === 1 ? Promise.resolve(1) : never());
    expect(await waitUntil({ look, until: () => false, deadlineMs: 50, everyMs: 1 })).toMatchObject({
      ok: false,
      seen: 1,
    });
    expect(looks).toBe(2);
  });

  it("takes no notice of a look that ends after the deadline", async () => {
    let end = (_: string) => {};
    const late = new Promise<string>((resolve) => {
      end = resolve;
    });
    const asked: string[] = [];
    const until = (seen: string) => asked.push(seen) > 0;
    expect(await waitUntil({ look: () => late, until, deadlineMs: 20 })).toMatchObject({ ok: false, seen: undefined });
    end("too late");
    await late;
    expect(asked).toEqual([]);
  });

  it("takes no notice of a look that fails after the deadline", async () => {
    let fail = (_: Error) => {};
    const late = new Promise<string>((_, reject) => {
      fail = reject;
    });
    expect(await waitUntil({ look: () => late, until: () => true, deadlineMs: 20 })).toMatchObject({ ok: false });
    fail(new Error("too late"));
  });

  it("ends in the middle of a look when its caller is interrupted", async () => {
    const caller = new AbortController();
    const waiting = waitUntil({ look: never, until: () => true, deadlineMs, signal: caller.signal });
    caller.abort();
    expect(await waiting).toMatchObject({ ok: false, seen: undefined });
  });

  it("does not begin when its caller was interrupted before", async () => {
    let looks = 0;
    const look = async () => ++looks;
    expect(await waitUntil({ look, until: () => true, deadlineMs, signal: AbortSignal.abort() })).toMatchObject({
      ok: false,
    });
    expect(looks).toBe(0);
  });

  it("tells a look that nobody waits for it any more, even one that fails of that", async () => {
    const look = (signal: AbortSignal) =>
      new Promise<string>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
    expect(await waitUntil({ look, until: () => true, deadlineMs: 20 })).toMatchObject({ ok: false, seen: undefined });
  });
});

describe("an action", () => {
  /** A clock that only actions move. */
  let now = 0;
  beforeEach(() => {
    now = 0;
    vi.spyOn(performance, "now").mockImplementation(() => now);
  });
  afterEach(() => void vi.restoreAllMocks());

  it("is repeated until it is done, and no more", async () => {
    const left = ["two", "one", "none"];
    const act = async () => left.shift();
    expect(await actUntil({ act, until: (seen) => seen === "none", deadlineMs: 1, everyMs: 1 })).toEqual({
      ok: true,
      seen: "none",
    });
    expect(left).toEqual([]);
  });

  it("is not left half-way at the deadline, and what it has done is believed", async () => {
    const act = async () => {
      now += 60_000;
      return "done";
    };
    expect(await actUntil({ act, until: () => true, deadlineMs: 5_000 })).toEqual({ ok: true, seen: "done" });
  });

  it("that took longer than the deadline is tried again: that it took long is not why something is left", async () => {
    const left = ["app1", "nothing"];
    const act = async () => {
      now += 60_000;
      return left.shift();
    };
    const until = (seen?: string) => seen === "nothing";
    expect(await actUntil({ act, until, deadlineMs: 5_000, everyMs: 1 })).toEqual({ ok: true, seen: "nothing" });
  });

  it("is given up after one more try that began past the deadline", async () => {
    let tries = 0;
    const act = async () => {
      now += 2_000;
      return ++tries;
    };
    expect(await actUntil({ act, until: () => false, deadlineMs: 5_000, everyMs: 1 })).toEqual({ ok: false, seen: 4 });
  });

  it("throws what it throws", async () => {
    const act = () => Promise.reject(new Error("the engine is down"));
    await expect(actUntil({ act, until: () => true, deadlineMs: 5_000 })).rejects.toThrow("the engine is down");
  });
});

/** Longer than the test may take: what ends, does so for another reason. */
const deadlineMs = 600_000;
