/** Every command that talks to the engine is ended before its time: by Ctrl-C, by SIGTERM, by an engine that goes away. */
import { readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { buildProgram } from "../commands/program.ts";
import { thisProcess, thisUser } from "../host/process-identity.ts";
import { imageRoles } from "../lab/images/images.ts";
import { openEngineLine } from "../testing/cut-off-engine.ts";
import { docker } from "../testing/engine-inventory.ts";
import { tarOf } from "../testing/image-archive.ts";
import { type End, ends, type Moment, Ward } from "../testing/interruptions.ts";
import { leaveRemains } from "../testing/remains-of-a-dead-command.ts";
import { labCommand } from "../testing/run-lab.ts";

interface Row {
  /** As it is typed; HOME is the folder of all that the command writes. */
  lab: string;
  at: Moment;
  /** When a signal comes. */
  says: string;
  /** When the engine goes away. */
  gone?: string;
  /** Of a command that goes on without an engine, until Ctrl-C: what it says of that. */
  goesOn?: string;
  /** What a command that was ended says no more. */
  never?: string;
  /** The same when a signal came; without an engine the rest is tried, and fails as well. */
  notBySignal?: string;
  before?: () => Promise<unknown>;
  /** A command that runs the lab's. */
  within?: readonly string[];
  /** Puts right what the row, not the command, did to the lab; or looks further. */
  after?: (end: End) => Promise<unknown>;
  /** Without an engine that nobody asks at that moment: it cannot be missed. */
  ends?: readonly End[];
}

const codes: Record<End, number> = { "Ctrl-C": 130, SIGTERM: 143, "engine gone": 3 };
/** It changes nothing, and ends at once, as any program does. */
const silent = "";
const noEngine = "No Docker engine answers at";
const removing = "ending in good order (press again to remove at once)";
/** There is nothing to remove. */
const ending = "ending in good order (press again to end at once)";

const asks = (when: string, method: string, path: string): Moment => ({
  when,
  asks: new RegExp(`^${method} (/v[^/]+)?${path}`),
});
const kill = asks("a server is killed", "POST", "/containers/[^/]+/kill");
const start = asks("a container is started", "POST", "/containers/[^/]+/start");
const networkIsMade = asks("the network is made", "POST", "/networks/create");
const serverIsAsked = asks("a server is asked", "POST", "/containers/[^/]+/exec");
const containerIsLookedAt = asks("a container is looked at", "GET", "/containers/[^/]+/json");
const balancerIsLookedFor = asks("the balancer is looked for", "GET", "/containers/json\\?.*nginx");
const small = "--policy cookie --store memory --users 1";
const crash = `scenario server-crash ${small}`;
const compare = "compare --scenario server-crash,server-return --policy cookie,ip-hash --store memory --users 1";
const lesson = "workshop 5 --predict 5 --no-input";

/** A user of whom nobody else on this machine has a lab: others' tests run beside. */
const stranger = { user: "uid-54321", within: ["unshare", "--map-user=54321", "--map-group=54321"] };

/** As `lab up` is, whose lab stays. */
const longDead = { ...thisProcess(), startedAt: "1" };

const onRunningLab: Row[] = [
  { lab: "up", at: containerIsLookedAt, says: ending },
  { lab: "up --with spare", at: start, says: ending },
  { lab: "status", at: serverIsAsked, says: silent },
  { lab: "sessions", at: serverIsAsked, says: silent },
  { lab: "logs --follow", at: { when: "it shows some", shows: " | " }, says: silent },
  { lab: "doctor", at: asks("the networks are looked at", "GET", "/networks"), says: silent },
  {
    lab: "images verify",
    at: start,
    says: "ending after this image",
    // A container that the engine kept to itself is removed by the next check.
    after: () => run(ward, "images verify"),
  },
  {
    lab: "images save HOME/images.tar",
    at: { when: "half of the file is there", isThere: () => halfIsThere("images.tar") },
    says: "ending; half a file is removed",
  },
  { lab: "images pull", at: asks("an image is pulled", "POST", "/images/create"), says: silent },
  {
    lab: "images load HOME/any.tar",
    at: asks("the file is loaded", "POST", "/images/load"),
    says: silent,
    before: async () => writeFileSync(join(ward.home, "any.tar"), await brokenArchive()),
  },
  {
    lab: "images build",
    at: asks("the engine is looked at", "(GET|HEAD)", "/"),
    says: silent,
    gone: "no Docker engine answers",
  },
  { lab: crash, at: kill, says: ending },
  { lab: `${crash} --present --no-pause`, at: kill, says: ending },
  {
    lab: `${crash} --present`,
    at: { when: "it waits for a key", shows: "space" },
    says: ending,
    ends: ["Ctrl-C", "SIGTERM"],
  },
  { lab: `${crash} --trials 2`, at: kill, says: ending, notBySignal: "Trial 2" },
  { lab: `${crash} --watch --no-open`, at: kill, says: ending },
  { lab: `${crash} --predict cookie.memory=1`, at: kill, says: ending },
  { lab: compare, at: kill, says: ending, notBySignal: "(2 of 2)" },
  { lab: "fault kill app1", at: kill, says: "taking the fault back", never: "Next:" },
  {
    lab: "heal",
    at: start,
    says: "ending; `lab heal` mends what is still ill",
    before: () => docker("kill", "session-lab-test-interrupted-app1-1"),
    after: () => docker("start", "session-lab-test-interrupted-app1-1"),
  },
  { lab: "reset", at: start, says: "the reset is ended first" },
  {
    lab: "user alice login --at cookie.redis",
    at: balancerIsLookedFor,
    says: "its answer is awaited first",
    before: async () => rmSync(join(ward.home, "users"), { recursive: true, force: true }),
    // What the site has acknowledged is kept.
    after: async (end) => {
      const { stdout } = await run(ward, "user alice whoami --at cookie.redis --json");
      const { answer } = (JSON.parse(stdout) as { operation: { answer: string } }).operation;
      expect(answer).toBe(end === "engine gone" ? "anonymous" : "me");
    },
  },
  {
    lab: "watch --no-open --users 1",
    at: { when: "the page is there", shows: "until you press Ctrl-C" },
    says: "closing the page, and healing what its buttons broke",
    goesOn: "The picture may be behind",
  },
  { lab: lesson, at: kill, says: ending, never: "Your turn" },
  { lab: "workshop reset --no-input", at: start, says: ending },
];

const withoutLab: Row[] = [
  { lab: "up", at: networkIsMade, says: removing },
  { lab: "up", at: start, says: removing },
  {
    lab: "up",
    at: { when: "all of it runs", shows: "waiting until every architecture answers" },
    says: removing,
    // It asks the architectures, and may be ready before anybody cuts the line.
    ends: ["Ctrl-C", "SIGTERM"],
  },
  { lab: crash, at: networkIsMade, says: removing },
  { lab: crash, at: kill, says: removing },
  { lab: compare, at: networkIsMade, says: removing },
  { lab: compare, at: kill, says: removing },
  { lab: lesson, at: networkIsMade, says: ending, never: "Your turn" },
  {
    lab: "down",
    at: asks("a container is removed", "DELETE", "/containers/"),
    says: "the removal is ended first",
    before: () => leaveLab(),
  },
  {
    lab: "down --all",
    at: asks("a container is removed", "DELETE", "/containers/"),
    says: "the removal is ended first",
    // From another user namespace nobody can look at its Compose, and so nobody ends it.
    before: async () => (await leaveLab({ user: stranger.user })).kill("SIGKILL"),
    within: stranger.within,
  },
];

/** What ends by itself as soon as it has printed, and asks no engine. */
const withoutEngine: Record<string, string> = {
  runs: "runs",
  replay: "replay --demo",
  judge: "judge last",
  report: "report last",
  explain: "explain orphaned",
  completion: "completion bash",
  complete: "complete -- lab st",
  config: "config",
  "exit-codes": "exit-codes",
};

let ward: Ward;
let none: Ward;
let atFirst: string[];
beforeAll(async () => {
  [ward, none] = [await Ward.open("test-interrupted"), await Ward.open("test-interrupted-new")];
  expect(await run(ward, "up")).toMatchObject({ exitCode: 0 });
  atFirst = await ward.settled();
});
afterAll(async () => {
  await run(ward, "down");
  await ward[Symbol.asyncDispose]();
  await none[Symbol.asyncDispose]();
});

describe.each(titled(onRunningLab))("on a lab that runs, lab %s", (_, row) => {
  // Only after a test that failed.
  afterEach(async () => {
    if ((await ward.settled()).join() !== atFirst.join()) await run(ward, "heal");
  });
  it.each(row.ends ?? ends)("%s: leaves it as it was", async (end) => {
    await interrupted(row, end, ward);
    expect(await ward.settled()).toEqual(atFirst);
  });
});

describe.each(titled(withoutLab))("where no lab runs, lab %s", (_, row) => {
  // Only after a test that failed.
  afterEach(async () => {
    if ((await none.settled()).length > 0) await run(none, "down --force");
  });
  it.each(row.ends ?? ends)("%s: leaves nothing behind", async (end) => {
    await interrupted(row, end, none);
    expect(await none.settled()).toEqual([]);
  });
});

describe("in `lab replay`, which asks no engine,", () => {
  const at = { when: "it plays", shows: "quit" };
  it.each([
    // A key like any other while single keys are read.
    ["Ctrl-C", 0],
    ["SIGTERM", 143],
  ] as const)("%s ends it, and the terminal is as it was", async (by, exit) => {
    const { ugly, terminal, ...ended } = await none.interrupt({ words: ["replay", "--demo"], at, by });
    expect({ exit: ended.exit, ugly, terminal }).toEqual({ exit, ugly: [], terminal: inOrder });
  });
});

describe("the table", () => {
  it("has a row for every command", () => {
    const rows = [...onRunningLab, ...withoutLab].map(({ lab }) => `${lab} `);
    const isMissing = (command: string) => !rows.some((row) => row.startsWith(`${command} `));
    const all = commandsOf(buildProgram());
    expect(all.filter((command) => isMissing(command) && !(command in withoutEngine))).toEqual([]);
    expect(Object.keys(withoutEngine).filter((command) => !all.includes(command))).toEqual([]);
  });

  it.each(Object.entries(withoutEngine))("has none for `lab %s`, which asks no engine", async (_, words) => {
    const asked: string[] = [];
    using line = await openEngineLine({ onRequest: (method, path) => asked.push(`${method} ${path}`) });
    using lab = labCommand({ name: none.name });
    await lab.run(words.split(" "), { env: { DOCKER_HOST: line.address } });
    expect(asked).toEqual([]);
  });
});

/** Of a lab that stays, as much as it takes a second to make. */
function leaveLab({ user = thisUser() } = {}) {
  const { name, home, engine } = none;
  return leaveRemains({ name, home, user, owner: longDead, stays: true, engine });
}

/** How the command has to leave the terminal. */
const inOrder = ["isig", "icanon", "echo", "cursor shown"];

async function interrupted(row: Row, by: End, where: Ward): Promise<void> {
  const { lab, at, says, gone = noEngine, goesOn, never, notBySignal, within = [], before, after } = row;
  await before?.();
  const words = lab.replaceAll("HOME", where.home).split(" ");
  const { exit, screen, ugly, terminal } = await where.interrupt({
    words,
    at,
    by,
    within,
    ...(goesOn ? { goesOn } : {}),
  });
  await after?.(by);
  const said = by === "engine gone" ? (goesOn ?? gone) : says;
  const code = goesOn && by === "engine gone" ? codes["Ctrl-C"] : codes[by];
  expect({ exit, ugly, terminal, screen }).toEqual({
    exit: code,
    ugly: [],
    terminal: inOrder,
    screen: expect.stringContaining(said),
  });
  if (never) expect(screen).not.toContain(never);
  if (notBySignal && by !== "engine gone") expect(screen).not.toContain(notBySignal);
}

function titled(rows: readonly Row[]): [string, Row][] {
  return rows.map((row) => [`${row.lab}, when ${row.at.when}:`, row]);
}

async function run(where: Ward, words: string) {
  using lab = labCommand({ name: where.name });
  return await lab.run(words.split(" "), { env: where.env });
}

/** Of an image that is the lab's, and whose configuration no engine finds: it is sent, and never loaded. */
function brokenArchive(): Promise<Buffer> {
  const list = [{ Config: "none.json", RepoTags: [imageRoles.nginx.official], Layers: [] }];
  return tarOf([{ name: "manifest.json", content: JSON.stringify(list) }]);
}

function halfIsThere(file: string): boolean {
  const part = readdirSync(ward.home).find((name) => name.startsWith(file) && name.endsWith(".part"));
  return part !== undefined && statSync(join(ward.home, part)).size > 0;
}

/** Every command that does something, e.g. `images save`. */
function commandsOf(command: Command, path: readonly string[] = []): string[] {
  if (command.commands.length === 0) return [path.join(" ")];
  return command.commands.flatMap((one) => commandsOf(one, [...path, one.name()]));
}
