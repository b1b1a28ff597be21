import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { type ProcessIdentity, stateOfProcess } from "../host/process-identity.ts";
import { isDamaged, readRecord, recordPath } from "../record/record.ts";
import { waitUntil } from "../wait.ts";
import { type EngineLine, openEngineLine } from "./cut-off-engine.ts";
import { type EngineGate, openEngineGate } from "./engine-gate.ts";
import { docker } from "./engine-inventory.ts";
import { hangMs } from "./engine-pace.ts";
import { Traces } from "./nothing-left.ts";
import { openPseudoTerminal, type PseudoTerminal } from "./pseudo-terminal.ts";

/** What ends a command before its time. */
export const ends = ["Ctrl-C", "SIGTERM", "engine gone"] as const;
export type End = (typeof ends)[number];

/** At which moment it comes: at a request to the engine, which is held until it has come; or at something that is there by then. */
export type Moment = { when: string } & ({ asks: RegExp } | { shows: string } | { isThere: () => boolean });

export interface Interruption {
  words: readonly string[];
  at: Moment;
  by: End;
  /** Of a command that goes on without an engine: what it says of that, upon which Ctrl-C ends it. */
  goesOn?: string;
  /** A command that runs the lab's. */
  within?: readonly string[];
}

/** What a person sees of it. */
export interface Aftermath {
  exit: number;
  /** All that was written, in one line, so that nothing depends on where a line ends. */
  screen: string;
  /** Lines that nobody should ever see: of an error within the lab, or of Node. */
  ugly: string[];
  terminal: string[];
}

/** Users and progress are for the next command; a test may bring a file. */
const isKept = /^file (users|workshop|any\.tar)/;
/** For what has to happen before the test goes on; the machine may be busy with others. */
const patienceMs = hangMs;

/** A lab of this name or none, a home of its own, and a line to the engine that can be held and cut. */
export class Ward implements AsyncDisposable {
  readonly name: string;
  readonly home = mkdtempSync(join(tmpdir(), "interruption-"));
  readonly #line: EngineLine;
  readonly #gate: EngineGate;
  readonly #traces: Traces;

  private constructor(name: string, line: EngineLine, gate: EngineGate) {
    this.name = name;
    this.#line = line;
    this.#gate = gate;
    this.#traces = new Traces({ name, home: this.home, decoys: { names: [], pid: 0 } });
  }

  static async open(name: string): Promise<Ward> {
    const line = await openEngineLine();
    return new Ward(name, line, await openEngineGate(line.address.replace("unix://", "")));
  }

  get engine(): string {
    return this.#gate.address;
  }

  get env(): Record<string, string> {
    const { name, home, engine } = this;
    const settings = { LAB_NAME: name, LAB_HOME: home, DOCKER_HOST: engine, TMPDIR: home, LAB_HEALTH_INTERVAL: "10m" };
    return { ...settings, NO_COLOR: "1" };
  }

  /** Starts a command in a terminal of its own, ends it at that moment, and looks. */
  async interrupt({ words, at, by, goesOn, within }: Interruption): Promise<Aftermath> {
    if ("asks" in at) this.#gate.hold(at.asks);
    const terminal = openPseudoTerminal(words, this.env, within);
    let hasEnded = false;
    let isCut = false;
    void terminal.ended.then(() => {
      hasEnded = true;
    });
    try {
      await this.#itIsTime(at, terminal, () => hasEnded);
      if (by === "engine gone") {
        this.#line.cut();
        isCut = true;
        this.#gate.drop();
        if (goesOn) await terminal.waitFor(goesOn);
      }
      if (by === "Ctrl-C" || (isCut && goesOn)) terminal.press("\u0003");
      if (by === "SIGTERM") terminal.send("SIGTERM");
      await until(
        `its end, or a sentence, of \`lab ${words.join(" ")}\``,
        terminal,
        () => hasEnded || by === "engine gone" || terminal.seen().includes("press again"),
      );
      this.#gate.open();
      await until(`the end of \`lab ${words.join(" ")}\``, terminal, () => hasEnded);
      return aftermath(await terminal.ended, terminal);
    } finally {
      if (!hasEnded) terminal.send("SIGKILL");
      this.#gate.drop();
      if (isCut) await this.#line.mend();
    }
  }

  /**
   * Waits until no process works for this lab any more and nothing is open on its record.
   *
   * @returns what there is then: of the lab, of its record, of files that are not kept on purpose
   */
  async settled(): Promise<string[]> {
    const { seen } = await waitUntil({
      look: async () => [...(await this.#traces.left()), ...(await this.#containers()), ...this.#open()],
      until: (found) => !found.some((line) => line.startsWith("process ") || line.startsWith("open ")),
      deadlineMs: patienceMs,
      everyMs: 100,
    });
    return (seen ?? ["nobody could look"]).filter((line) => !isKept.test(line)).sort();
  }

  async #itIsTime(at: Moment, terminal: PseudoTerminal, hasEnded: () => boolean): Promise<void> {
    if ("shows" in at) return void (await terminal.waitFor(at.shows));
    if ("isThere" in at) return until("a sign of the moment", terminal, at.isThere);
    const comes = `a request like ${at.asks}`;
    let isHeld = false;
    void this.#gate.hasHeld().then(
      () => {
        isHeld = true;
      },
      () => {},
    );
    await until(comes, terminal, () => isHeld || hasEnded());
    if (!isHeld) throw new Error(`the command ended without ${comes}:\n${terminal.seen().slice(-2_000)}`);
  }

  /** E.g. `app1 is running`. */
  async #containers(): Promise<string[]> {
    const format = '{{.Label "com.docker.compose.service"}} is {{.State}}';
    const [ours, checks] = await Promise.all([
      docker("ps", "-a", "--filter", `label=dev.session-lab.lab=${this.name}`, "--format", format),
      docker("ps", "-a", "--filter", `label=${checkLabel}`, "--format", `{{.State}} {{.Label "${checkLabel}"}}`),
    ]);
    return [...ours, ...checks.flatMap(leftCheck)];
  }

  /** What is on record as begun. */
  #open(): string[] {
    const file = basename(recordPath({ name: this.name, engine: this.engine }));
    const record = readRecord(join(this.home, "labs", file));
    if (!record) return [];
    if (isDamaged(record)) return [`open ${record.damaged}`];
    return [...record.broken.map(({ target }) => `open ${target}`), ...record.adding.map(() => "open adding")];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#gate[Symbol.dispose]();
    this.#line[Symbol.dispose]();
    rmSync(this.home, { recursive: true, force: true });
  }
}

const checkLabel = "dev.session-lab.image-check";

/** `image check is exited`, of one that nobody is at work on: another test may check images at the same time. */
function leftCheck(line: string): string[] {
  const [state = ""] = line.split(" ");
  const owner = JSON.parse(line.slice(state.length)) as ProcessIdentity;
  return stateOfProcess(owner) === "alive" ? [] : [`image check is ${state}`];
}

async function until(what: string, terminal: PseudoTerminal, isSo: () => boolean): Promise<void> {
  const { ok } = await waitUntil({ look: async () => isSo(), until: Boolean, deadlineMs: patienceMs, everyMs: 5 });
  if (!ok) throw new Error(`${what} did not come; the last that was seen:\n${terminal.seen().slice(-2_000)}`);
}

function aftermath(exit: number, terminal: PseudoTerminal): Aftermath {
  const screen = terminal
    .lines()
    .map((line) => line.trim())
    .filter(Boolean);
  // What the services of a lab say in their logs is theirs.
  const own = screen.filter((line) => !/^[a-z0-9-]+ +\| /.test(line));
  const isUgly = /internal error|^at .+:\d+|\(node:\d+\)|Unhandled|undefined|ECONN|EPIPE|socket hang up/;
  return { exit, screen: screen.join(" "), ugly: own.filter((line) => isUgly.test(line)), terminal: terminal.leftAs() };
}
