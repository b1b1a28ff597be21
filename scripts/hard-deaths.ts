/**
 * Deaths that take too long, or too much of the machine, for every change: run by hand.
 *
 *   npx tsx scripts/hard-deaths.ts            kill -9 after each line of the record, and during every tenth of a second of Compose
 *   npx tsx scripts/hard-deaths.ts engine     in the middle of a run the engine is restarted, or dies, or the power is cut: on a
 *                                             machine within this one (needs root; about half a minute to begin with)
 *   npx tsx scripts/hard-deaths.ts ... 3      only the first three, to see that it works
 *
 * Prints one line a death, and a table. Exits with 1 when anything was left, a decoy was touched, or a command ended by itself
 * before it was killed: that was no death, and proves nothing.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { exitCodes } from "../cli/errors.ts";
import { resolveImages } from "../cli/lab/images/images.ts";
import { type Decoys, placeDecoys } from "../cli/testing/decoys.ts";
import { inventory } from "../cli/testing/engine-inventory.ts";
import { Traces } from "../cli/testing/nothing-left.ts";
import { type LabCommand, labCommand } from "../cli/testing/run-lab.ts";
import { waitUntil } from "../cli/wait.ts";
import { OtherMachine } from "./other-machine.ts";

/** For a command whose engine is gone to notice it, and to give up. */
const noticedMs = 60_000;
const name = "hard-deaths";
const run = ["scenario", "server-crash", "--users", "2", "--policy", "cookie", "--store", "memory"];

interface Death {
  /** Lines of the table: what kind of death it was. */
  kind: string;
  left: number;
  touched: number;
  waitedMs: number;
}

const deaths: Death[] = [];
/** What was to be a death, and was none. */
const survivals: string[] = [];
const words = process.argv.slice(2);
const most = Number(words.find((word) => /^\d+$/.test(word)) ?? Number.POSITIVE_INFINITY);
const isEnough = () => deaths.length + survivals.length >= most;
if (words.includes("engine")) await engineDies();
else await commandDies();
printTable();

function printTable(): void {
  const rows = [...new Set(deaths.map(({ kind }) => kind)), "all"].map((row) => {
    const those = deaths.filter(({ kind }) => kind === row || row === "all");
    const sum = (what: "left" | "touched") => those.reduce((total, death) => total + death[what], 0);
    const longest = Math.max(0, ...those.map(({ waitedMs }) => waitedMs));
    return [row, `${those.length}`, `${sum("left")}`, `${sum("touched")}`, inSeconds(longest)];
  });
  const lines = [["", "deaths", "left", "decoys touched", "nothing left after at most"], ...rows];
  const width = (column: number) => Math.max(...lines.map((line) => line[column]!.length));
  process.stdout.write("\n");
  for (const line of lines)
    process.stdout.write(
      `${line
        .map((cell, column) => cell.padEnd(width(column)))
        .join("  ")
        .trimEnd()}\n`,
    );
  for (const survival of survivals) process.stdout.write(`NO DEATH: ${survival}\n`);
  const isWrong = deaths.some(({ left, touched }) => left + touched > 0);
  if (isWrong || survivals.length > 0 || deaths.length === 0) process.exitCode = 1;
}

async function commandDies(): Promise<void> {
  await using decoys = await placeDecoys(name);
  for (let lines = 1; !isEnough(); lines += 1) {
    const when = `after line ${lines} of the record`;
    if ((await dieWhen({ kind: "kill -9 after a line", when, lines, decoys })) !== "died") break;
  }
  for (let ms = 0; ms <= 2_000 && !isEnough(); ms += 100)
    await dieWhen({ kind: "kill -9 in Compose", when: `${ms} ms into Compose`, lines: 2, decoys, delayMs: ms });
}

interface Moment {
  kind: string;
  when: string;
  /** So many are on record. */
  lines: number;
  decoys: Decoys;
  delayMs?: number;
}

/** @returns `ended well` when the run was over, as it should be, before it came to that */
async function dieWhen({ kind, when, lines, decoys, delayMs = 0 }: Moment): Promise<"died" | "ended well" | "gave up"> {
  using lab = labCommand({ name });
  const traces = new Traces({ name, home: lab.home, decoys });
  const child = lab.start(run);
  const seen = await recordWhen(traces, child, (record) => record.length >= lines);
  await sleep(delayMs);
  child.kill("SIGKILL");
  const { signal, exitCode, stderr } = await child;
  if (signal !== "SIGKILL") {
    // The last line of a record is followed by the end of the run; that is where the sweep ends.
    if (exitCode === 0 && seen.length < lines && lines > 1) return "ended well";
    survivals.push(`${when}: the command ended before with exit code ${exitCode}:\n${stderr}`);
    await lab.run(["down"]);
    return "gave up";
  }
  await nothingIsLeft({ kind, what: `kill -9 ${when} (${seen.at(-1)})`, traces, lab, decoys });
  return "died";
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
      if (!isEnough()) await engineIsRestarted(machine, decoys, line, "KILL");
      if (!isEnough()) await engineIsRestarted(machine, decoys, line, "TERM");
      if (!isEnough()) await powerIsCut(machine, decoys, line);
    }
    if (!isEnough()) await labThatStays(machine, decoys);
  } finally {
    if (here === undefined) delete process.env.DOCKER_HOST;
    else process.env.DOCKER_HOST = here;
  }
}

/** The command and its watchdog live on, and meet an engine that is away for a while. */
async function engineIsRestarted(machine: OtherMachine, decoys: Decoys, line: string, signal: "KILL" | "TERM") {
  using lab = labCommand({ name });
  const traces = new Traces({ name, home: lab.home, decoys });
  const child = lab.start(run, { within: machine.within });
  const seen = await recordWhen(traces, child, (record) => record.includes(line));
  if (await gaveUp(child, `engine restarted (SIG${signal}) after "${line}"`)) return;
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
  const what = `engine restarted (SIG${signal}) after "${seen.at(-1)}", ${said}`;
  await nothingIsLeft({ kind: "engine restarted", what, traces, lab, decoys, within: machine.within });
}

/** Nobody lives on: the next command does it. */
async function powerIsCut(machine: OtherMachine, decoys: Decoys, line: string): Promise<void> {
  using lab = labCommand({ name });
  const traces = new Traces({ name, home: lab.home, decoys });
  const child = lab.start(run, { within: machine.within });
  const seen = await recordWhen(traces, child, (record) => record.includes(line));
  if (await gaveUp(child, `power cut after "${line}"`)) return;
  await machine.cutPower();
  await child;
  await machine.boot();
  await machine.startEngine();
  const before = await traces.left();
  const begin = performance.now();
  await lab.run(["runs"], { within: machine.within });
  const what = `power cut after "${seen.at(-1)}", ${before.length} things were there, then \`lab runs\``;
  await nothingIsLeft({ kind: "power cut", what, traces, lab, decoys, begin, within: machine.within });
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
  const traces = new Traces({ name, home: lab.home, decoys });
  await nothingIsLeft({ kind: "power cut, lab stays", what: "then `lab down`", traces, lab, decoys, within });
}

/** Waits for a moment in the life of a command. @returns the types of its record's lines then, or when the command ended */
async function recordWhen(
  traces: Traces,
  child: ReturnType<LabCommand["start"]>,
  isTime: (record: string[]) => boolean,
): Promise<string[]> {
  let hasEnded = false;
  void child.then(() => {
    hasEnded = true;
  });
  const { seen = [] } = await waitUntil({
    look: async () => traces.record(),
    until: (record) => hasEnded || isTime(record),
    deadlineMs: 60_000,
    everyMs: 1,
  });
  return seen;
}

/** Whether a command had ended by itself before the engine was to die. */
async function gaveUp(child: ReturnType<LabCommand["start"]>, when: string): Promise<boolean> {
  if (child.exitCode === null || child.exitCode === undefined) return false;
  const { exitCode, stderr } = await child;
  survivals.push(`${when}: the command ended before with exit code ${exitCode}:\n${stderr}`);
  return true;
}

interface Aftermath {
  kind: string;
  what: string;
  traces: Traces;
  lab: LabCommand;
  decoys: Decoys;
  begin?: number;
  /** What runs a command where the lab is. */
  within?: readonly string[];
}

/** Waits for it, says how long that took, and removes what is left when it hangs. */
async function nothingIsLeft({
  kind,
  what,
  traces,
  lab,
  decoys,
  begin = performance.now(),
  within = [],
}: Aftermath): Promise<void> {
  const { left } = await traces.nothingLeft();
  const waitedMs = performance.now() - begin;
  // Containers do not outlive their engine: those of the decoys, too, may then have ended.
  const comparable = (line: string) => (kind.startsWith("kill") ? line : line.split(" ", 3).join(" "));
  const now = (await decoys.now()).map(comparable);
  const touched = decoys.all.filter((decoy) => !now.includes(comparable(decoy)));
  deaths.push({ kind, left: left.length, touched: touched.length, waitedMs });
  const result = left.length === 0 ? "nothing left" : `LEFT: ${left.join(", ")}`;
  const wrong = touched.length === 0 ? "" : `; TOUCHED: ${touched.join(", ")}`;
  process.stdout.write(`${what}: ${result} after ${inSeconds(waitedMs)}${wrong}\n`);
  if (left.length > 0) await lab.run(["down"], { within });
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
