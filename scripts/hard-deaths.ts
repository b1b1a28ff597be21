/**
 * Deaths that take too long, or too much of the machine, for every change: run by hand.
 *
 *   npx tsx scripts/hard-deaths.ts            kill -9 after each line of the record, and during every tenth of a second of Compose
 *   npx tsx scripts/hard-deaths.ts engine     in the middle of a run the engine is restarted, or dies, or the power is cut: on a
 *                                             machine within this one (needs root; about half a minute to begin with)
 *
 * Prints one line a death, and exits with 1 when anything was left or a decoy was touched.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { resolveImages } from "../cli/docker/images.ts";
import { exitCodes } from "../cli/errors.ts";
import { type Decoys, placeDecoys } from "../cli/testing/decoys.ts";
import { inventory, processes } from "../cli/testing/engine-inventory.ts";
import { type LabCommand, labCommand } from "../cli/testing/run-lab.ts";
import { waitUntil } from "../cli/wait.ts";
import { OtherMachine } from "./other-machine.ts";

/** What the README promises of `kill -9`. */
const promisedMs = 15_000;
/** For a command whose engine is gone to notice it, and to give up. */
const noticedMs = 60_000;
const name = "hard-deaths";
const run = ["scenario", "server-crash", "--users", "2", "--policy", "cookie", "--store", "memory"];

const outcomes: { left: number; touched: number; waitedMs: number }[] = [];
if (process.argv[2] === "engine") await engineDies();
else await commandDies();
const most = Math.max(...outcomes.map(({ waitedMs }) => waitedMs));
const sum = (what: "left" | "touched") => outcomes.reduce((total, outcome) => total + outcome[what], 0);
process.stdout.write(
  `${outcomes.length} deaths: ${sum("left")} left, ${sum("touched")} decoys touched, nothing left after at most ${inSeconds(most)}\n`,
);
if (sum("left") + sum("touched") > 0) process.exitCode = 1;

async function commandDies(): Promise<void> {
  await using decoys = await placeDecoys(name);
  for (let lines = 1; await dieWhen(`after line ${lines} of the record`, (record) => record.length >= lines, decoys); )
    lines += 1;
  for (let ms = 0; ms <= 2_000; ms += 100)
    await dieWhen(`${ms} ms into Compose`, (record) => record.length >= 2, decoys, ms);
}

/** @returns false when the command had ended before it came to that */
async function dieWhen(
  when: string,
  isTime: (record: string[]) => boolean,
  decoys: Decoys,
  delayMs = 0,
): Promise<boolean> {
  using lab = labCommand({ name });
  const child = lab.start(run);
  const seen = await recordWhen(lab, child, isTime);
  await sleep(delayMs);
  child.kill("SIGKILL");
  await child;
  if (!isTime(seen)) return false;
  await nothingIsLeft(`kill -9 ${when} (${seen.at(-1)})`, lab, decoys);
  return true;
}

/**
 * The machine's engine at several moments of a run: killed and started again, ended in good order and started again, and dead with
 * everything else in a power cut.
 */
async function engineDies(): Promise<void> {
  const images = Object.values(await resolveImages());
  await using machine = new OtherMachine();
  await machine.boot();
  await machine.startEngine();
  // For the Docker client and for what looks at the engine here.
  const here = process.env.DOCKER_HOST;
  const saved = execa("docker", ["save", ...images], { buffer: false, encoding: "buffer" });
  process.env.DOCKER_HOST = machine.engineAddress;
  try {
    await execa("docker", ["load"], { input: saved.stdout });
    await using decoys = await placeDecoys(name);
    for (const line of ["starting", "breaking", "removing"]) {
      await engineIsRestarted(machine, decoys, line, "KILL");
      await engineIsRestarted(machine, decoys, line, "TERM");
      await powerIsCut(machine, decoys, line);
    }
    await labThatStays(machine, decoys);
  } finally {
    if (here === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = here;
  }
}

/** The command and its watchdog live on, and meet an engine that is away for a while. */
async function engineIsRestarted(machine: OtherMachine, decoys: Decoys, line: string, signal: "KILL" | "TERM") {
  using lab = labCommand({ name });
  const child = lab.start(run, { within: machine.within });
  const seen = await recordWhen(lab, child, (record) => record.includes(line));
  await machine.endEngine(signal);
  await sleep(1_000);
  await machine.startEngine();
  const { ok } = await waitUntil({
    look: async () => child.exitCode,
    until: (code) => code !== null && code !== undefined,
    deadlineMs: noticedMs,
  });
  const { exitCode, stdout, stderr } = ok ? await child : {};
  // An engine that was away says nothing of theory, and is no error of the lab's.
  const isWrong =
    exitCode === undefined || [exitCodes.refuted.code, exitCodes.internal.code].includes(exitCode as never);
  if (isWrong) process.exitCode = 1;
  const said = ok
    ? `exit code ${exitCode}${isWrong ? `: WRONG:\n${stdout}\n${stderr}\n` : ""}`
    : "THE COMMAND STILL RUNS";
  await nothingIsLeft(`engine restarted (SIG${signal}) after "${seen.at(-1)}", ${said}`, lab, decoys, machine);
}

/** Nobody lives on: the next command does it. */
async function powerIsCut(machine: OtherMachine, decoys: Decoys, line: string): Promise<void> {
  using lab = labCommand({ name });
  const child = lab.start(run, { within: machine.within });
  const seen = await recordWhen(lab, child, (record) => record.includes(line));
  await machine.cutPower();
  await child;
  await machine.boot();
  await machine.startEngine();
  const before = await leftOf(lab, decoys);
  const begin = performance.now();
  await lab.run(["runs"], { within: machine.within });
  const what = `power cut after "${seen.at(-1)}", ${before.length} things were there, then \`lab runs\``;
  await nothingIsLeft(what, lab, decoys, { begin, within: machine.within });
}

/** What is meant to stay, stays, and works again. */
async function labThatStays(machine: OtherMachine, decoys: Decoys): Promise<void> {
  using lab = labCommand({ name });
  const { within } = machine;
  await lab.run(["up"], { within });
  const before = await inventory(name);
  await machine.cutPower();
  await machine.boot();
  await machine.startEngine();
  const { exitCode } = await lab.run(run, { within: machine.within });
  const after = await inventory(name);
  const same = JSON.stringify(before) === JSON.stringify(after);
  process.stdout.write(
    `power cut while a lab of \`lab up\` runs, then a scenario on it: exit code ${exitCode}, ${same ? "the same lab" : `ANOTHER LAB: ${after}`}\n`,
  );
  if (exitCode !== 0 || !same) process.exitCode = 1;
  await lab.run(["down"], { within: machine.within });
  await nothingIsLeft("then `lab down`", lab, decoys, machine);
}

/** Waits for a moment in the life of a command. @returns the types of its record's lines then, or when the command ended */
async function recordWhen(
  lab: LabCommand,
  child: ReturnType<LabCommand["start"]>,
  isTime: (record: string[]) => boolean,
): Promise<string[]> {
  let hasEnded = false;
  void child.then(() => {
    hasEnded = true;
  });
  const { seen } = await waitUntil({
    look: async () => recordOf(lab.home),
    until: (record) => hasEnded || isTime(record),
    deadlineMs: 60_000,
    everyMs: 1,
  });
  return seen;
}

/** The types of a record's lines. */
function recordOf(home: string): string[] {
  const folder = join(home, "labs");
  if (!existsSync(folder)) return [];
  try {
    const text = readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
    return [...text.join("").matchAll(/^\{"type":"([a-z]+)"/gm)].map(([, type]) => type!);
  } catch {
    // It went between the two looks.
    return [];
  }
}

/** Waits for it as long as the README promises, and removes what is left then. */
async function nothingIsLeft(
  what: string,
  lab: LabCommand,
  decoys: Decoys,
  { begin = performance.now(), within = [] }: { begin?: number; within?: readonly string[] } = {},
): Promise<void> {
  const { seen: left } = await waitUntil({
    look: () => leftOf(lab, decoys),
    until: (found) => found.length === 0,
    deadlineMs: promisedMs,
  });
  const waitedMs = performance.now() - begin;
  const untouched = await decoys.untouched();
  const touched = decoys.all.filter((decoy) => !untouched.includes(decoy));
  outcomes.push({ left: left.length, touched: touched.length, waitedMs });
  const result = left.length === 0 ? "nothing left" : `LEFT: ${left.join(", ")}`;
  const wrong = touched.length === 0 ? "" : `; TOUCHED: ${touched.join(", ")}`;
  process.stdout.write(`${what}: ${result} after ${inSeconds(waitedMs)}${wrong}\n`);
  if (left.length > 0) await lab.run(["down"], { within });
}

/** On the engine without the decoys, of processes, on record. */
async function leftOf(lab: LabCommand, decoys: Decoys): Promise<string[]> {
  const placed = decoys.all.map((line) => line.split(" ").slice(0, 2).join(" "));
  const found = (await inventory(name)).filter((line) => !placed.includes(line));
  return [...found, ...(await processes(lab.home)), ...recordOf(lab.home)].sort();
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
