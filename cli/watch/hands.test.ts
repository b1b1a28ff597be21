import { setImmediate } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { faultKinds } from "../catalogue.ts";
import type { Engine } from "../docker/engine.ts";
import type { Note } from "../docker/guard-lab.ts";
import { thisProcess } from "../lab/process-identity.ts";
import { lateLab as lab } from "../testing/late-engine.ts";
import { Feed } from "./feed.ts";
import { faultsByHand, Hands } from "./hands.ts";

test("the page has buttons for what can be done to any service, and for nothing that is for one kind of service", async () => {
  const buttons = await faultsByHand();
  expect(buttons).toEqual(expect.arrayContaining(["freeze", "kill", "partition", "restart", "stop"]));
  const others = faultKinds().filter((kind) => !buttons.includes(kind));
  expect(others).toEqual(expect.arrayContaining(["drain", "evict", "join", "return"]));
});

describe("the hands behind the buttons", () => {
  /** On an engine that knows one service and can do nothing. */
  function hands({ note, states }: { note: (...lines: Note[]) => void; states: () => Promise<{ service: string }[]> }) {
    const engine = { states } as unknown as Engine;
    return new Hands({ lab, engine, feed: new Feed(), guard: { owner: thisProcess(), note } });
  }

  test("break nothing that cannot be put on record", async () => {
    const note = () => {
      throw new Error("the disk is full");
    };
    const { inject } = bound(hands({ note, states: async () => [{ service: "app2" }] }));
    expect(await inject("kill", "app2")).toEqual({ ok: false, says: "the disk is full" });
  });

  test("have a fault on record before it is injected, and when half of it may have been done", async () => {
    const noted: Note[] = [];
    const note = (...lines: Note[]) => noted.push(...lines);
    const { inject } = bound(hands({ note, states: async () => [{ service: "app2" }] }));
    expect(await inject("kill", "app2")).toMatchObject({ ok: false, says: expect.stringContaining("not a function") });
    expect(noted).toEqual([{ type: "breaking", kind: "kill", target: "app2", owner: thisProcess() }]);
  });

  test("wait for what they are doing before they heal for the last time, and do nothing afterwards", async () => {
    let answer: ((states: { service: string }[]) => void) | undefined;
    const states = () =>
      new Promise<{ service: string }[]>((resolve) => {
        answer = resolve;
      });
    const { inject, healAll } = bound(hands({ note: () => {}, states }));
    const injecting = inject("kill", "app2");
    await expect.poll(() => answer).toBeDefined();
    let isOver = false;
    const healing = healAll().then(() => {
      isOver = true;
    });
    await setImmediate();
    expect(isOver).toBe(false);
    answer!([]);
    await Promise.all([injecting, healing]);
    expect(await inject("kill", "app2")).toEqual({ ok: false, says: "the lab command is ending" });
  });

  function bound(all: Hands) {
    return { inject: all.inject.bind(all), healAll: all.healAll.bind(all) };
  }
});
