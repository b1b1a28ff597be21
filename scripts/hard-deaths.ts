/**
 * Deaths that take too long, or too much of the machine, for every change: run by hand.
 *
 *   npx tsx scripts/hard-deaths.ts            kill -9 after each line of the record, and during every tenth of a second of Compose
 *   npx tsx scripts/hard-deaths.ts engine     kill -9 of an engine of its own, then of the command and its watchdog (needs root)
 *
 * Prints one line a death, and exits with 1 when anything was left.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { execa } from "execa";
import { inventory, processes } from "../cli/testing/engine-inventory.ts";
import { labCommand } from "../cli/testing/run-lab.ts";
import { waitUntil } from "../cli/wait.ts";

const promisedMs = 15_000;
const name = "hard-deaths";
const run = ["scenario", "server-crash", "--users", "2", "--policy", "cookie", "--store", "memory"];
const images = ["session-lab/nginx:debian", "session-lab/node:debian", "session-lab/redis:debian"];

if (process.argv[2] === "engine") await engineDies();
else {
  for (let lines = 1; await dieWhen(`after line ${lines} of the record`, (record) => record.length >= lines); )
    lines += 1;
  for (let ms = 0; ms <= 2_000; ms += 100) await dieWhen(`${ms} ms into Compose`, (record) => record.length >= 2, ms);
}

/** @returns false when the command had ended before it came to that */
async function dieWhen(when: string, isTime: (record: string[]) => boolean, delayMs = 0): Promise<boolean> {
  using lab = labCommand({ name });
  const child = lab.start(run);
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
  await sleep(delayMs);
  child.kill("SIGKILL");
  await child;
  if (hasEnded && !isTime(seen)) return false;
  const { seen: left, waitedMs } = await waitUntil({
    look: async () => [...(await inventory(name)), ...(await processes(lab.home)), ...recordOf(lab.home)],
    until: (found) => found.length === 0,
    deadlineMs: promisedMs,
  });
  say(`kill -9 ${when} (${seen.at(-1) ?? "no line"})`, left, waitedMs);
  if (left.length > 0) await lab.run(["down"]);
  return true;
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

/** An engine beside the machine's own, with its own socket and its own data, dies in the middle of a run and is started again. */
async function engineDies(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "engine-"));
  const address = `unix://${folder}/docker.sock`;
  const env = { DOCKER_HOST: address };
  const start = async () => {
    const places = ["data-root", "exec-root"].map((place) => `--${place}=${folder}/${place}`);
    const options = [`--host=${address}`, `--pidfile=${folder}/pid`, ...places, "--bridge=none", "--iptables=false"];
    const engine = spawn("dockerd", options, { stdio: "ignore", detached: true });
    const { ok } = await waitUntil({
      look: async () => (await execa("docker", ["version"], { env, reject: false })).exitCode,
      until: (code) => code === 0,
      deadlineMs: 60_000,
      everyMs: 200,
    });
    if (!ok) throw new Error("the second engine does not start");
    return engine;
  };
  let engine = await start();
  using lab = labCommand({ name });
  try {
    const saved = execa("docker", ["save", ...images], { buffer: false, encoding: "buffer" });
    await execa("docker", ["load"], { env, input: saved.stdout });
    const child = lab.start(run, { env });
    await waitUntil({
      look: async () => recordOf(lab.home),
      until: (record) => record.includes("breaking"),
      deadlineMs: 60_000,
      everyMs: 1,
    });
    engine.kill("SIGKILL");
    for (const line of await processes(join(lab.home, "labs"), "pid,args"))
      process.kill(Number.parseInt(line, 10), "SIGKILL");
    child.kill("SIGKILL");
    await child;
    engine = await start();
    const before = await inventoryAt(env);
    const begin = performance.now();
    const { stderr } = await lab.run(["runs"], { env });
    say(
      `engine, watchdog and command killed; ${before.length} things were there; ${stderr}`,
      await inventoryAt(env),
      performance.now() - begin,
    );
  } finally {
    await lab.run(["down"], { env });
    engine.kill("SIGTERM");
    await new Promise((resolve) => engine.once("exit", resolve));
    rmSync(folder, { recursive: true, force: true });
  }
}

async function inventoryAt(env: Record<string, string>): Promise<string[]> {
  const filter = ["--filter", `label=dev.session-lab.lab=${name}`, "--format"];
  const lists = [
    ["ps", "-a", ...filter, "{{.Names}} {{.State}}"],
    ["network", "ls", ...filter, "{{.Name}}"],
    ["volume", "ls", ...filter, "{{.Name}}"],
  ];
  const found = await Promise.all(lists.map((words) => execa("docker", words, { env })));
  return found.flatMap(({ stdout }) => stdout.split("\n").filter(Boolean));
}

function say(what: string, left: readonly string[], waitedMs: number): void {
  if (left.length > 0) process.exitCode = 1;
  const result = left.length === 0 ? "nothing left" : `LEFT: ${left.join(", ")}`;
  process.stdout.write(`${what}: ${result} after ${(waitedMs / 1_000).toFixed(1)} s\n`);
}
