import { beforeEach, describe, expect, it, vi } from "vitest";
import { LabError } from "../errors.ts";
import type { Lab } from "./identity/lab.ts";
import type { LabEngine } from "./lab-engine.ts";
import { type HoldOptions, holdLab, obtainLab, type Start, type WantedLab } from "./obtain-lab.ts";

const lab: Lab = { name: "demo", id: "an-id", project: "p", port: 8080, subnetPrefix: "10.1.2", profiles: ["spare"] };

/** What there is, and what was done, in order. */
let running: Lab | undefined;
let alive: boolean[];
let fails: string | undefined;
let done: string[];
beforeEach(() => {
  [running, alive, fails, done] = [lab, [true, true], undefined, []];
});

async function does(what: string): Promise<void> {
  done.push(what);
  if (fails === what) throw new LabError(what, { id: "fails", todo: "", exit: "environment" });
}
const fake = vi.hoisted(() => ({ does: async (_: string): Promise<void> => {} }));
beforeEach(() => {
  fake.does = does;
});

vi.mock("./free-lab.ts", () => ({ requireFreeLab: () => fake.does("ask whether it is free") }));
vi.mock("./claim-lab.ts", () => ({
  claimLab: async () => {
    await fake.does("claim");
    return { [Symbol.dispose]: () => void done.push("give the claim back") };
  },
}));
vi.mock("../record/guard-lab.ts", () => ({
  guardRunningLab: () => ({ [Symbol.asyncDispose]: () => fake.does("let the watchdog go") }),
}));
vi.mock("./heal-services.ts", () => ({ requireWell: () => fake.does("require it well") }));
vi.mock("./remove-lab.ts", () => ({
  removeLab: () => fake.does("remove it").then(() => []),
  removeOwnLab: () => fake.does("remove it at once"),
}));
vi.mock("./add-servers.ts", () => ({
  addServers: async (found: Lab, profiles: string[]) => {
    await fake.does(`add ${profiles}`);
    return { ...found, profiles: [...found.profiles, ...profiles] };
  },
}));
vi.mock("./start-lab.ts", () => ({
  findLab: async () => {
    await fake.does("look for it");
    return running;
  },
  startLab: async ({ profiles, stays }: { profiles: string[]; stays: boolean }) => {
    await fake.does(`start one with ${profiles}${stays ? ", which stays" : ""}`);
    return { ...lab, profiles };
  },
  reviveLab: () => fake.does("revive it"),
}));

const engine = {
  labs: async () => [lab, { ...lab, name: "other" }],
  states: async () => alive.map((isRunning) => ({ running: isRunning })),
} as unknown as LabEngine;
const wanted = (options: Partial<WantedLab>): WantedLab => ({ name: "demo", engine, say: () => {}, ...options });
const toStart = (start: Partial<Start> = {}): Start => ({ stays: true, ...start });
const { signal } = new AbortController();
const toHold = (options: Partial<HoldOptions> = {}): HoldOptions => ({
  ...{ name: "demo", engine, what: "lab scenario login", countsSessions: false, signal, say: () => {} },
  start: toStart({ stays: false, mustBe: "well" }),
  ...options,
});

describe("a command that starts nothing", () => {
  it("gets the lab as it is, and asks whether it is free when there is one", async () => {
    alive = [false, false];
    expect(await obtainLab(wanted({ free: {} }))).toEqual(lab);
    expect(done).toEqual(["look for it", "ask whether it is free"]);
  });

  it("is told which labs there are where there is none of that name", async () => {
    running = undefined;
    const error = expect.objectContaining({ id: "no-lab", todo: "Running: demo, other (choose with --name)." });
    await expect(obtainLab(wanted({ free: {} }))).rejects.toEqual(error);
    expect(done).toEqual(["look for it"]);
  });

  it("is refused a lab that lacks an optional server that it needs", async () => {
    await expect(obtainLab(wanted({ profiles: ["spare", "sentinel"] }))).rejects.toMatchObject({
      id: "profile-missing",
      todo: expect.stringContaining("`lab up --name demo --with sentinel`"),
    });
  });
});

describe("a command that starts what is missing", () => {
  it("starts a lab with all that it needs, after having asked whether somebody is at it", async () => {
    running = undefined;
    const start = toStart({ alsoWith: ["sentinel"] });
    expect((await obtainLab(wanted({ free: {}, profiles: ["spare"], start }))).profiles).toEqual(["spare", "sentinel"]);
    expect(done).toEqual(["ask whether it is free", "look for it", "start one with spare,sentinel, which stays"]);
  });

  it.each([true, false])(
    "lets the second Ctrl-C remove what it starts; one that stays (%s), until it is there",
    async (stays) => {
      running = undefined;
      const interrupt: { onSecond: (() => Promise<void>) | undefined } = { onSecond: undefined };
      fails = "start one with ";
      await obtainLab(wanted({ start: toStart({ stays: false, interrupt }) })).catch(() => {});
      await interrupt.onSecond?.();
      expect(done.at(-1)).toBe("remove it at once");
      fails = undefined;
      await obtainLab(wanted({ start: toStart({ stays, interrupt }) }));
      expect(interrupt.onSecond === undefined).toBe(stays);
    },
  );

  it("leaves broken what may be meant to be, and adds what is missing", async () => {
    alive = [true, false];
    const got = await obtainLab(wanted({ profiles: ["spare", "sentinel"], start: toStart() }));
    expect(got.profiles).toEqual(["spare", "sentinel"]);
    expect(done).toEqual(["look for it", "add sentinel"]);
  });

  it("starts again what is stopped as a whole, as after a restart of the engine", async () => {
    alive = [false, false];
    await obtainLab(wanted({ start: toStart() }));
    expect(done).toEqual(["look for it", "revive it"]);
  });

  it("brings back whatever is dead where all of it has to be alive", async () => {
    await obtainLab(wanted({ start: toStart({ mustBe: "alive" }) }));
    expect(done).toEqual(["look for it", "revive it"]);
  });

  it("waits no longer for an engine that is silent when somebody ends it", async () => {
    const controller = new AbortController();
    fake.does = () => new Promise(() => {});
    const waiting = obtainLab(wanted({ free: {}, start: toStart(), signal: controller.signal }));
    controller.abort(new Error("interrupted by SIGINT"));
    await expect(waiting).rejects.toThrow("interrupted by SIGINT");
  });
});

describe("a command that measures", () => {
  it("claims the lab before it changes anything, and gives only the claim back", async () => {
    const held = await holdLab(toHold({ profiles: ["sentinel"] }));
    expect(held.isOurs).toBe(false);
    expect(await held.giveBack()).toEqual([]);
    await held[Symbol.asyncDispose]();
    expect(done).toEqual([
      ...["ask whether it is free", "look for it", "claim", "require it well", "add sentinel"],
      ...["give the claim back", "let the watchdog go"],
    ]);
  });

  it("removes the lab that it has started", async () => {
    running = undefined;
    const held = await holdLab(toHold());
    await held.giveBack();
    expect(done).toEqual(["ask whether it is free", "look for it", "start one with ", "remove it"]);
  });

  it("claims a lab that it starts to stay, and does not remove it", async () => {
    running = undefined;
    const held = await holdLab(toHold({ start: toStart({ mustBe: "well" }) }));
    await held.giveBack();
    expect(done.slice(2)).toEqual(["start one with , which stays", "claim"]);
  });

  it("gives the claim back where the lab is not well", async () => {
    fails = "require it well";
    await expect(holdLab(toHold())).rejects.toMatchObject({ id: "fails" });
    expect(done.slice(-2)).toEqual(["give the claim back", "let the watchdog go"]);
  });
});
