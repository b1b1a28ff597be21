import { describe, expect, it } from "vitest";
import type { ProcessIdentity } from "../host/process-identity.ts";
import { byHand, type LabelsOfStart, labels } from "../lab/identity/labels.ts";
import { type Asker, ownershipOf } from "./ownership.ts";
import type { LabRecord } from "./record.ts";

const me: Asker = {
  user: "alice",
  records: "here",
  pid: 1,
  startedAt: "1",
  host: "box",
  bootId: "a-boot",
  pidNamespace: "pid:[1]",
};
const other: ProcessIdentity = { ...me, pid: 4711, startedAt: "88" };

function start(owner: ProcessIdentity = other, changes: LabelsOfStart = {}): LabelsOfStart {
  return {
    [labels.id]: "an-id",
    [labels.owner]: `${owner.pid}@${owner.startedAt}`,
    [labels.boot]: owner.bootId,
    [labels.host]: owner.host,
    [labels.pidNamespace]: owner.pidNamespace,
    [labels.user]: "alice",
    [labels.stays]: "yes",
    [labels.records]: "elsewhere",
    [labels.version]: "0.1.0",
    ...changes,
  };
}

/** What an earlier version said. */
const early: LabelsOfStart = {
  [labels.stays]: undefined,
  [labels.records]: undefined,
  [labels.user]: undefined,
  [labels.host]: undefined,
  [labels.pidNamespace]: undefined,
};
const handmade: LabelsOfStart = {
  [labels.owner]: byHand,
  [labels.boot]: byHand,
  [labels.host]: byHand,
  [labels.pidNamespace]: byHand,
};

const record = (changes: Partial<LabRecord>) => ({ id: "an-id", owner: other, found: false, ...changes }) as LabRecord;

/** E.g. `mine, no`. */
function told(
  starts: readonly LabelsOfStart[],
  { on, state = "dead" }: { on?: LabRecord; state?: "alive" | "dead" } = {},
): string {
  // As a process looks: it knows what has its own boot and numbers.
  const stateOf = ({ bootId, host, pidNamespace }: ProcessIdentity) => {
    if (bootId !== me.bootId) return host === me.host ? "dead" : "unknown";
    return pidNamespace === me.pidNamespace ? state : "unknown";
  };
  const found = ownershipOf({ starts, ...(on ? { records: [on] } : {}), me, stateOf });
  return found ? `${found.whose}, ${found.atWork}` : "nothing";
}

it("nothing of a lab is nobody's", () => {
  expect(told([])).toBe("nothing");
});

describe("a lab that this user started here", () => {
  it.each([
    ["is at work as long as its command lives", {}, "alive", "mine, yes"],
    ["is remains when its command is dead", {}, "dead", "mine, no"],
    ["is still the same after a restart of the machine", { [labels.boot]: "the boot before" }, "alive", "mine, no"],
    ["is the same by another name of the machine", { [labels.host]: "renamed" }, "dead", "mine, no"],
  ] as const)("%s", (_, changes, state, expected) => {
    expect(told([start(other, { ...changes, [labels.stays]: "no" })], { state })).toBe(expected);
  });

  it("and that stays is used by whoever is on its record, which may be elsewhere", () => {
    expect(told([start()])).toBe("mine, unknown");
    expect(told([start()], { on: record({ stage: "stays" }) })).toBe("mine, no");
    // Nobody has ever put it on record here, or that record is lost.
    expect(told([start(other, { [labels.records]: "here" })])).toBe("mine, no");
    expect(told([start(other, { [labels.records]: "here", [labels.host]: "container" })])).toBe("mine, unknown");
  });

  it("and is going to keep is not at work for that: runs are claimed", () => {
    expect(told([start()], { state: "alive", on: record({ stage: "stays" }) })).toBe("mine, no");
    expect(told([start()], { state: "alive", on: record({ stage: "ready" }) })).toBe("mine, yes");
  });

  it("is at work for everybody but the very process that started it", () => {
    expect(told([start(me)], { state: "alive" })).toBe("mine, no");
  });
});

describe("who cannot look does not know", () => {
  it.each([
    ["into another container", { [labels.pidNamespace]: "pid:[2]" }],
    ["into another container of another name", { [labels.pidNamespace]: "pid:[2]", [labels.host]: "4f5e" }],
    ["what stands in the labels", { [labels.owner]: "garbled" }],
  ])("%s", (_, changes) => {
    expect(told([start(other, changes)])).toBe("mine, unknown");
  });

  it("on another machine, whose user of that name may be anybody", () => {
    expect(told([start(other, { [labels.boot]: "its-boot", [labels.host]: "bigbox" })])).toBe("another's, unknown");
  });

  it("but a lab that stays and has its record here is known from there", () => {
    const moved = start({ ...other, pidNamespace: "pid:[2]" });
    expect(told([moved], { on: record({ stage: "stays" }) })).toBe("mine, no");
    expect(told([moved], { on: record({ stage: "stays", found: true }) })).toBe("mine, unknown");
    expect(told([moved], { on: record({ stage: "stays", id: "of another start" }) })).toBe("mine, unknown");
  });
});

describe("a lab of another user", () => {
  const bob = { [labels.user]: "bob" };
  it("is at work as long as its command lives; afterwards, where it stays, its runs are on record elsewhere", () => {
    expect(told([start(other, bob)], { state: "alive" })).toBe("another's, yes");
    expect(told([start(other, bob)], { state: "dead" })).toBe("another's, unknown");
    expect(told([start(other, { ...bob, [labels.stays]: "no" })], { state: "dead" })).toBe("another's, no");
  });

  it("is named with the machine, in characters that a terminal may show", () => {
    const who = (user: string) =>
      ownershipOf({ starts: [start(other, { [labels.user]: user })], me, stateOf: () => "dead" })?.who;
    expect(who("bob")).toBe("bob on box");
    expect(who("\u001b[31mbob")).toBe("??31mbob on box");
  });
});

describe("a lab that was started by hand", () => {
  it("is whosever shell started it, and nobody is at work on it", () => {
    expect(told([start(other, handmade)])).toBe("mine, no");
    expect(told([start(other, { ...handmade, [labels.user]: "bob" })])).toBe("another's, no");
    expect(told([start(other, { ...handmade, [labels.user]: byHand })])).toBe("unknown, no");
  });
});

describe("a lab of an earlier version, which said less", () => {
  it.each([
    ["lives here", {}, "alive", "unknown, yes"],
    ["lives in another container, or is dead", {}, "dead", "unknown, unknown"],
    ["was before a restart of the machine", { [labels.boot]: "the boot before" }, "dead", "unknown, no"],
  ] as const)("whose command %s", (_, changes, state, expected) => {
    expect(told([start(other, { ...early, ...changes })], { state })).toBe(expected);
  });

  it("is known from its record", () => {
    expect(told([start(other, early)], { on: record({ stage: "stays" }) })).toBe("mine, no");
    expect(told([start(other, early)], { on: record({ stage: "ready" }) })).toBe("mine, no");
    expect(told([start(other, early)], { on: record({ stage: "ready" }), state: "alive" })).toBe("mine, yes");
  });
});

it("of several starts of one name the one counts that asks for the most caution", () => {
  expect(told([start(), start(other, { [labels.user]: "bob" }), start()])).toBe("another's, unknown");
  expect(told([start(), start(other, { [labels.pidNamespace]: "pid:[2]" })])).toBe("mine, unknown");
});
