/**
 * The record of a lab: what a command has begun and must not leave behind, written to disk before it is begun. Whoever finds
 * the record of a command that died knows from it what to remove or to heal. One file for each lab, one JSON object a line,
 * each line synced before what it announces happens.
 */
import { createHash } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { defaultAddress, localEndpoint } from "../docker/endpoint.ts";
import { LabError } from "../errors.ts";
import type { Composing } from "../host/compose-processes.ts";
import { makeFolder } from "../host/make-folder.ts";
import { parsePlainJson } from "../host/plain-json.ts";
import { isSameProcess, type ProcessIdentity } from "../host/process-identity.ts";
import { isLabName } from "../lab/identity/lab-name.ts";
import { recordsFolder } from "../paths.ts";

export type RecordLine =
  /** First line. `started`: a command starts this lab. `found`: a command uses a lab that has no record here. */
  | {
      type: "started" | "found";
      recordVersion: 1;
      /** Also in the labels of everything that is started, so that a record never stands for another lab of the same name. */
      id: string;
      name: string;
      /** Address of the Docker engine. */
      engine: string;
      owner: ProcessIdentity;
      /** Of the `lab` command. */
      version: string;
      /** ISO 8601, UTC. */
      at: string;
    }
  /** Compose is about to be told to start it; again with other values when these were taken. */
  | { type: "starting"; port: number; subnetPrefix: string }
  /** This Compose is there, and begins as soon as it is on record. */
  | ({ type: "composing" } & Composing)
  /** Everything answers. `stays`: from now on it is there until somebody says `lab down`. */
  | { type: "ready"; stays: boolean }
  /** A service is about to be broken by a command that is going to heal it. */
  | { type: "breaking"; kind: string; target: string; owner: ProcessIdentity }
  | { type: "healed"; kind: string; target: string; owner: ProcessIdentity }
  /** A command measures on this lab until it says `ran`; `countsSessions`: what the stores hold, too. */
  | { type: "running"; what: string; countsSessions: boolean; owner: ProcessIdentity }
  | { type: "ran"; owner: ProcessIdentity }
  /** It was broken by hand, has been told so, and stays broken until somebody heals it. */
  | { type: "left-broken"; kind: string; target: string; owner: ProcessIdentity }
  /** Compose is about to be told to start these services beside those that run. */
  | { type: "adding"; services: readonly string[]; owner: ProcessIdentity }
  /** `added`: they answer, and stay as long as the lab. `withdrawn`: they were taken away again. */
  | { type: "added" | "withdrawn"; owner: ProcessIdentity }
  | { type: "removing" };

type FirstLine = Extract<RecordLine, { type: "started" | "found" }>;
export type Breaking = Extract<RecordLine, { type: "breaking" }>;
export type Running = Extract<RecordLine, { type: "running" }>;
export type Adding = Extract<RecordLine, { type: "adding" }>;

/** What the lines of a record come to. */
export interface LabRecord extends Omit<FirstLine, "type"> {
  path: string;
  /** Not started by any command that writes records here. */
  found: boolean;
  stage: "begun" | "starting" | "ready" | "stays" | "removing";
  /** Broken by commands that are going to heal it, and not healed, oldest first. */
  broken: Breaking[];
  /** All that is broken and not healed, what was left broken on purpose included, oldest first. */
  unhealed: Breaking[];
  /** Begun to be added, and not there yet, oldest first. */
  adding: Adding[];
  /** Commands that measure on it, first come first. */
  running: Running[];
  /** Every Compose that was started for it; most have ended long ago. */
  composing: Composing[];
}

/** Which record: the file, and the lab that it has to be about. */
export type RecordOfLab = Pick<LabRecord, "path" | "id">;

/** A file that should be a record and cannot be read as one. */
export interface DamagedRecord {
  path: string;
  damaged: string;
}

/** Which folder that is, in a few characters that say nothing of its path: for labels. */
export function recordsHere(): string {
  return checksum(recordsFolder());
}

function checksum(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 8);
}

/**
 * @param engine its address: labs of one name may run on several engines
 * @throws TypeError for what is no name of a lab: it could be a path to anywhere
 */
export function recordPath({ name, engine }: { name: string; engine: string }): string {
  if (!isLabName(name)) throw new TypeError(`${JSON.stringify(name)} is no name of a lab`);
  const suffix = engine === defaultAddress ? "" : `@${checksum(engine)}`;
  return join(recordsFolder(), `${name}${suffix}.jsonl`);
}

/** The engine that this process talks to, in the one spelling under which it stands in records. @throws as `localEndpoint` */
export function engineAddress(): string {
  return localEndpoint().spelling;
}

/**
 * Writes the first line of a new record; it is on disk when this returns.
 *
 * @returns false when there is a record of that name already
 * @throws LabError (`state-unwritable`)
 */
export function beginRecord(path: string, line: FirstLine): boolean {
  return onDisk(path, () => {
    makeFolder(dirname(path));
    if (existsSync(path)) return false;
    try {
      append(openSync(path, "wx+", 0o600), `${JSON.stringify(line)}\n`);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
      // Half a first line announces nothing.
      rmSync(path, { force: true });
      throw error;
    }
    // The name of a new file is on disk when its folder is.
    const folder = openSync(dirname(path), "r");
    fsyncSync(folder);
    closeSync(folder);
    return true;
  });
}

/**
 * Adds lines; they are on disk when this returns.
 *
 * @throws LabError (`lab-removed`) when somebody else has removed the lab and its record, (`state-unwritable`)
 */
export function addToRecord({ path, id }: RecordOfLab, ...lines: Exclude<RecordLine, FirstLine>[]): void {
  onDisk(path, () => {
    const record = readRecord(path);
    if (!record || (!isDamaged(record) && record.id !== id))
      throw new LabError("Somebody else has removed the lab while this command was using it.", {
        id: "lab-removed",
        todo: "Run the command again.",
        exit: "environment",
      });
    append(openSync(path, "a"), lines.map((line) => `\n${JSON.stringify(line)}\n`).join(""));
  });
}

export function dropRecord(path: string): void {
  rmSync(path, { force: true });
}

/** Drops the record, unless the file is by now the record of another lab. */
export function forgetRecord({ path, id }: RecordOfLab): void {
  const record = readRecord(path);
  if (record && !isDamaged(record) && record.id === id) dropRecord(path);
}

/** Every record, readable or not. Never throws: where there is no folder, there is no record. */
export function allRecords(folder: string = recordsFolder()): (LabRecord | DamagedRecord)[] {
  let files: string[];
  try {
    files = readdirSync(folder).filter((file) => file.endsWith(".jsonl"));
  } catch {
    return [];
  }
  return files.flatMap((file) => readRecord(join(folder, file)) ?? []);
}

/** Undefined when there is no such file. */
export function readRecord(path: string): LabRecord | DamagedRecord | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "ENOENT" ? undefined : { path, damaged: message };
  }
  try {
    const [first, ...rest] = linesOf(text);
    if (!isFirstLine(first)) return { path, damaged: "its first line does not say which lab it is about" };
    const record: LabRecord = {
      ...first,
      path,
      found: first.type === "found",
      stage: "begun",
      broken: [],
      unhealed: [],
      adding: [],
      running: [],
      composing: [],
    };
    for (const line of rest) continueWith(record, line);
    return record;
  } catch (error) {
    return { path, damaged: (error as Error).message };
  }
}

export function isDamaged(record: LabRecord | DamagedRecord): record is DamagedRecord {
  return "damaged" in record;
}

const doneBySomebody: readonly RecordLine["type"][] = [
  "breaking",
  "healed",
  "left-broken",
  "adding",
  "added",
  "withdrawn",
  "running",
  "ran",
  "composing",
];

/** @throws TypeError when a line lacks what it should say */
function continueWith(record: LabRecord, line: RecordLine): void {
  if (doneBySomebody.includes(line.type) && !isIdentity((line as Breaking).owner))
    throw new TypeError(`"${line.type}" without the process that does it`);
  if (line.type === "adding" && !(Array.isArray(line.services) && line.services.every(isText)))
    throw new TypeError("servers that are added, without their names");
  if (line.type === "running" && !isText(line.what)) throw new TypeError("a run without its name");
  if (line.type === "composing" && !isIdentity(line.compose)) throw new TypeError("a Compose without its process");
  if (line.type === "starting" || line.type === "removing") record.stage = line.type;
  if (line.type === "ready") record.stage = line.stays ? "stays" : "ready";
  if (line.type === "breaking") {
    record.broken.push(line);
    record.unhealed.push(line);
  }
  if (line.type === "healed" || line.type === "left-broken") record.broken = without(line, record.broken);
  if (line.type === "healed") record.unhealed = without(line, record.unhealed);
  if (line.type === "adding") record.adding.push(line);
  if (line.type === "running") record.running.push(line);
  if (line.type === "composing") record.composing.push(line);
  if (line.type === "ran") record.running = record.running.filter(({ owner }) => !isSameProcess(owner, line.owner));
  if (line.type === "added" || line.type === "withdrawn")
    record.adding = record.adding.filter(({ owner }) => !isSameProcess(owner, line.owner));
}

function without({ kind, target, owner }: Omit<Breaking, "type">, lines: readonly Breaking[]): Breaking[] {
  return lines.filter((line) => line.kind !== kind || line.target !== target || !isSameProcess(line.owner, owner));
}

function isFirstLine(line: RecordLine | undefined): line is FirstLine {
  const { type, recordVersion, id, name, engine, owner } = (line ?? {}) as Partial<FirstLine>;
  const isKnown = (type === "started" || type === "found") && recordVersion === 1;
  return isKnown && id !== "" && [id, name, engine].every(isText) && isLabName(name!) && isIdentity(owner);
}

function isIdentity(owner: Partial<ProcessIdentity> | null | undefined): owner is ProcessIdentity {
  const { pid, startedAt, bootId, host, pidNamespace } = owner ?? {};
  return Number.isInteger(pid) && [startedAt, bootId, host, pidNamespace].every(isText);
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}

/**
 * In one write, which no other comes in between. Nothing is ever taken back: what comes after may be another command's by then. A write
 * that fails, or a power cut, may leave half a line; whoever writes next begins with the end of it, whether there is one or not.
 */
function append(file: number, text: string): void {
  try {
    if (writeSync(file, Buffer.from(text)) < Buffer.byteLength(text)) throw new Error("no space left on device");
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/**
 * A line that was cut off is no line: what it announces has not begun.
 *
 * @throws SyntaxError when a line is garbled in any other way
 */
function linesOf(text: string): RecordLine[] {
  const lines = text.split("\n").slice(0, -1);
  return lines.flatMap((line) => {
    try {
      return [parsePlainJson(line) as RecordLine];
    } catch (error) {
      if (isCutOff(line)) return [];
      throw error;
    }
  });
}

/** Nothing, or what a power cut leaves of a line: zeros, or more brackets that open than close. */
function isCutOff(line: string): boolean {
  const count = (bracket: string) => line.split(bracket).length;
  return line.replaceAll("\0", "") === "" || count("{") > count("}");
}

/** @throws LabError (`state-unwritable`) when the disk refuses */
function onDisk<Value>(path: string, act: () => Value): Value {
  try {
    return act();
  } catch (error) {
    if (error instanceof LabError) throw error;
    throw new LabError(`The lab's record ${path} cannot be written: ${(error as Error).message}`, {
      id: "state-unwritable",
      todo: "Nothing is done without it: it says what to remove, should this command die. Make room, or choose another folder with LAB_HOME.",
      exit: "environment",
      cause: error,
    });
  }
}
