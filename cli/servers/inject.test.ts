import { expect, it } from "vitest";
import freeze from "../faults/freeze.ts";
import restart from "../faults/restart.ts";
import type { Fault } from "./fault.ts";
import { inject } from "./inject.ts";
import type { Service } from "./service.ts";

/** A service that answers or not, whatever is done to it. */
function fakeService({ answers }: { answers: boolean }): Service & { looks: number } {
  const did = async () => {};
  const state = { running: true, paused: false, exitCode: 0, startedAt: "first", attached: true };
  const service = {
    ...{ name: "app1", looks: 0, pause: did, stop: did, start: did },
    state: async () => ({ ...state, service: "app1" }),
    feel: async () => {
      service.looks += 1;
      return { answers, life: answers ? "a life" : undefined, says: "app1 was asked" };
    },
  };
  return service as unknown as Service & { looks: number };
}

/** @returns what happened, in order */
async function play(fault: Fault, options: { answers?: boolean; begins?: () => void; signal?: AbortSignal } = {}) {
  const { answers = true, begins = () => void happened.push("begins"), signal } = options;
  const happened: string[] = [];
  const service = fakeService({ answers });
  const { inject: act } = fault;
  const watched: Fault = {
    ...fault,
    inject(target) {
      happened.push("inject");
      return act(target);
    },
  };
  const injected = await inject([watched], {
    ...{ begins, service: () => service, tell: (_, state) => void happened.push(state) },
    ...(signal ? { signal } : {}),
  }).catch((error: Error) => error.message);
  return { happened, injected, service };
}

it("puts a fault on record before it is written down, and writes it down before it is done", async () => {
  const { happened } = await play({ ...freeze("app1"), engineShows: () => true, isFelt: () => true });
  expect(happened).toEqual(["begins", "injecting", "inject", "injected", "confirmed"]);
});

it("does nothing where it is refused a place on the record", async () => {
  const begins = () => {
    throw new Error("app1 is frozen already");
  };
  expect(await play(freeze("app1"), { begins })).toMatchObject({ happened: [], injected: "app1 is frozen already" });
});

it("says why an injection failed", async () => {
  const failing = { ...freeze("app1"), inject: () => Promise.reject(new Error("no such container")) };
  const { happened, injected } = await play(failing);
  expect(happened).toEqual(["begins", "injecting", "inject", "failed"]);
  expect(injected).toMatchObject([{ confirmed: false, evidence: [{ says: "no such container" }] }]);
});

it("does not wait for the silence of a service that answered nobody before, and does not confirm it", async () => {
  const { happened, service } = await play({ ...freeze("app1"), engineShows: () => true }, { answers: false });
  expect(happened.at(-1)).toBe("unconfirmed");
  expect(service.looks).toBe(2);
});

it("waits for the answer of a service that answered nobody before, where the fault can bring one", async () => {
  const interrupted = new AbortController();
  let looked = 0;
  const isFelt = () => {
    looked += 1;
    if (looked === 3) interrupted.abort();
    return false;
  };
  const fault = { ...restart("app1"), engineShows: () => true, isFelt };
  const { service } = await play(fault, { answers: false, signal: interrupted.signal });
  expect(service.looks).toBeGreaterThan(2);
});
