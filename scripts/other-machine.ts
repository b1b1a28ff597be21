import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { waitUntil } from "../cli/wait.ts";

const engineDeadlineMs = 60_000;

/**
 * A machine within this one, to pull the plug on: processes, network, mounts, `/run` and boot id of its own (Linux namespaces), and
 * a Docker engine with data of its own. Nothing of it is left when its power is cut, but what it has on disk. Needs root.
 */
export class OtherMachine implements AsyncDisposable {
  readonly #folder = mkdtempSync(join(tmpdir(), "other-machine-"));
  #power: ChildProcess | undefined;
  /** First process: while it lives, the machine does. */
  #init = 0;
  /** Of its engine, valid on both machines. */
  readonly engineAddress = `unix://${this.#folder}/docker.sock`;

  constructor() {
    // Ctrl-C is a power cut, too.
    process.once("SIGINT", () => process.exit(130));
    process.once("SIGTERM", () => process.exit(143));
    process.once("exit", () => this.#vanish());
  }

  async boot(): Promise<void> {
    writeFileSync(this.#file("boot-id"), `${randomUUID()}\n`);
    const script = [
      "ip link set lo up",
      "mount -t tmpfs none /run",
      `mount --bind ${this.#file("boot-id")} /proc/sys/kernel/random/boot_id`,
      // Takes notice of processes whose parents have died, as an init does.
      "while sleep 1; do :; done",
    ];
    const own = ["--net", "--pid", "--mount", "--mount-proc", "--propagation", "private"];
    const power = spawn("unshare", [...own, "--fork", "--kill-child", "sh", "-ec", script.join("\n")], {
      stdio: "ignore",
    });
    this.#power = power;
    const { ok, seen } = await waitUntil({
      look: async () => readFileSync(`/proc/${power.pid}/task/${power.pid}/children`, "utf8").trim(),
      until: (child) => child !== "",
      deadlineMs: 5_000,
    });
    if (!ok) throw new Error("unshare has no child");
    this.#init = Number(seen);
    // The loop has begun when all before it is done.
    await waitUntil({
      look: async () => readFileSync(`/proc/${this.#init}/task/${this.#init}/children`, "utf8").trim(),
      until: (child) => child !== "" && readFileSync(`/proc/${child}/comm`, "utf8") === "sleep\n",
      deadlineMs: 5_000,
      everyMs: 10,
    });
  }

  /** What runs a command there: `[...within, "ls"]`. */
  get within(): string[] {
    return ["nsenter", `--target=${this.#init}`, "--net", "--pid", "--mount", "--"];
  }

  /** Returns when it answers. */
  async startEngine(): Promise<void> {
    const log = openSync(this.#file("engine.log"), "a");
    const options = [`--host=${this.engineAddress}`, `--data-root=${this.#file("data")}`];
    const [program, ...words] = [...this.within, "dockerd", ...options];
    const engine = spawn(program!, words, { stdio: ["ignore", log, log] });
    closeSync(log);
    const { ok } = await waitUntil({
      look: async () =>
        (await execa("docker", ["version"], { env: { DOCKER_HOST: this.engineAddress }, reject: false })).exitCode,
      until: (code) => code === 0 || engine.exitCode !== null,
      deadlineMs: engineDeadlineMs,
      everyMs: 200,
    });
    if (!ok || engine.exitCode !== null)
      throw new Error(`the engine does not start:\n${readFileSync(this.#file("engine.log"), "utf8").slice(-2_000)}`);
  }

  /** Returns when it has ended. */
  async endEngine(signal: "KILL" | "TERM"): Promise<void> {
    const { stdout: pid } = await this.run(["cat", "/run/docker.pid"]);
    await this.run(["kill", `-${signal}`, pid]);
    const { ok } = await waitUntil({
      look: async () => (await this.run(["test", "-d", `/proc/${pid}`], { reject: false })).exitCode,
      until: (code) => code !== 0,
      deadlineMs: engineDeadlineMs,
      everyMs: 20,
    });
    if (!ok) throw new Error(`the engine does not end by SIG${signal}`);
  }

  /** Everything ends at once, without a word. What was written is kept: the page cache outlives this power cut. */
  async cutPower(): Promise<void> {
    if (!this.#power) return;
    // `unshare` waits for its child, whose end is complete when every process there has ended.
    const gone = once(this.#power, "exit");
    process.kill(this.#init, "SIGKILL");
    await gone;
    this.#power = undefined;
  }

  async run(
    command: readonly string[],
    { reject = true } = {},
  ): Promise<{ stdout: string; exitCode?: number | undefined }> {
    const [program, ...words] = [...this.within, ...command];
    return execa(program!, words, { reject });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.cutPower();
    this.#vanish();
  }

  /** In the background: whoever sends signals may not be patient. */
  #vanish(): void {
    if (!existsSync(this.#folder)) return;
    if (this.#power) process.kill(this.#init, "SIGKILL");
    // The mounts in it are gone a moment after the last process.
    const script = 'for turn in 1 2 3 4 5; do rm -rf "$0" && break; sleep 1; done';
    spawn("sh", ["-c", script, this.#folder], { detached: true, stdio: "ignore" }).unref();
  }

  #file(name: string): string {
    return join(this.#folder, name);
  }
}
