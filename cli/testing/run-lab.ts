import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa, type ResultPromise } from "execa";
import { packageRoot } from "../paths.ts";
import type { Result } from "../verdict/result.ts";

/** The `lab` command as a user runs it: the built one, in a process of its own, with a home that is thrown away. */
export interface LabCommand extends Disposable {
  /** Where it keeps its runs. */
  home: string;
  /** Starts it; never rejects for an exit code. */
  start(args: readonly string[], options?: RunOptions): ResultPromise<{ reject: false; detached: true }>;
  run(args: readonly string[], options?: RunOptions): Promise<Finished>;
  /** `lab up`. @throws Error with what it said, when it does not come up */
  up(args?: readonly string[]): Promise<Finished>;
  /**
   * Runs it with `--json` and reads the result document. What this machine kept from a verdict is played again, a few times, and told
   * on stderr: that a run proves nothing is the right answer of a machine that others keep busy, and no answer to a test. What all plays
   * said is returned together.
   */
  json(
    args: readonly string[],
    options?: RunOptions,
  ): Promise<{ exitCode: number | undefined; result: Result; stderr: string; plays: number }>;
}

export interface RunOptions {
  env?: Record<string, string>;
  uid?: number;
  /** A command that runs the lab's, e.g. `["nice"]`. */
  within?: readonly string[];
}

export interface Finished {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

/** What the judge says where the machine was too slow for the experiment, and neither the architecture nor a fault is the reason. */
export function isSlowMachine(reason: string): boolean {
  return /gave up on .+, which nobody had broken|this machine is too slow/.test(reason);
}
const mostPlays = 3;

/** @param name of the lab, so that tests and a lab of the developer do not meet; @param root of the package to run */
export function labCommand({ name, root = packageRoot }: { name: string; root?: string }): LabCommand {
  const home = mkdtempSync(join(tmpdir(), "session-lab-test-"));
  const started = new Set<ReturnType<LabCommand["start"]>>();
  const start: LabCommand["start"] = (args, { env, uid, within = [] } = {}) => {
    const [program, ...words] = [...within, process.execPath, join(root, "dist/cli/main.js"), ...args];
    const command = execa(program!, words, {
      // The engine's health checks are a sixth of a processor for each lab, and no test reads them.
      env: { LAB_NAME: name, LAB_HOME: home, NO_COLOR: "1", TMPDIR: home, LAB_HEALTH_INTERVAL: "10m", ...env },
      stdin: "ignore",
      reject: false,
      detached: true,
      // A command that was sent SIGTERM tidies up, and may take longer than execa's five seconds.
      forceKillAfterDelay: false,
      ...(uid === undefined ? {} : { uid }),
    }) as ReturnType<LabCommand["start"]>;
    started.add(command);
    void command.finally(() => started.delete(command));
    return command;
  };
  const run: LabCommand["run"] = async (args, options) => {
    const { exitCode, stdout, stderr } = await start(args, options);
    return { exitCode, stdout: String(stdout), stderr: String(stderr) };
  };
  return {
    home,
    start,
    run,
    async up(args = []) {
      const finished = await run(["up", ...args]);
      if (finished.exitCode !== 0) throw new Error(`lab up ended with ${finished.exitCode}:\n${finished.stderr}`);
      return finished;
    },
    async json(args, options) {
      let said = "";
      for (let play = 1; ; play += 1) {
        const { exitCode, stdout, stderr } = await run([...args, "--json"], options);
        if (!stdout.startsWith("{")) throw new Error(`no result document; exit ${exitCode}, stderr:\n${stderr}`);
        const result = JSON.parse(stdout) as Result;
        said += stderr;
        const slow = (result.reasons ?? []).filter(isSlowMachine);
        if (slow.length === 0 || play === mostPlays) return { exitCode, result, stderr: said, plays: play };
        console.warn(`\`lab ${args.join(" ")}\` is played again: ${slow.join("; ")}`);
      }
    },
    [Symbol.dispose]() {
      // A test that fails half-way leaves its command running.
      for (const command of started) command.kill("SIGTERM");
      rmSync(home, { recursive: true, force: true });
    },
  };
}

/**
 * One line an architecture, as a person would say it: `cookie.memory: 20 survived, 10 lost`. Then the reasons of a verdict that is
 * not `confirmed`, so that a test which expected another says why.
 */
export function fatesOf({ architectures, reasons }: Result): string[] {
  const lines = architectures.map(({ id, fates }) => {
    const counts = Object.entries(fates).map(([fate, count]) => `${count} ${fate}`);
    return `${id}: ${counts.sort().join(", ")}`;
  });
  return [...lines, ...reasons];
}
