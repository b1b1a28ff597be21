import { spawn } from "node:child_process";
import { once } from "node:events";
import { afterEach, expect, it } from "vitest";
import { programCalled } from "../testing/sleep-by-another-name.ts";
import { composeMark, processesOf } from "./compose-processes.ts";
import { identityOf, nameOfProcess, thisProcess } from "./process-identity.ts";

const owner = thisProcess();
const marked = { PATH: process.env.PATH, [composeMark]: nameOfProcess(owner) };
const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

/** A program of this name that does nothing, in a session of its own or in ours. */
async function running({ name = "docker", env = marked as NodeJS.ProcessEnv, detached = true } = {}) {
  using program = programCalled(name);
  const child = spawn(program.path, ["infinity"], { argv0: "sleep", detached, env, stdio: "ignore" });
  ends.push(() => child.kill("SIGKILL"));
  await once(child, "spawn");
  // It is the program when it has its environment, a moment after it was started.
  const recorded = identityOf(child.pid!);
  return { pid: child.pid!, composing: { compose: recorded, owner } };
}

it("finds what is on record as Compose", async () => {
  const { pid, composing } = await running();
  expect(processesOf(composing)).toEqual([pid]);
});

it("finds its plugin, too, when the client that started it is dead", async () => {
  using client = programCalled("docker");
  using plugin = programCalled("docker-compose");
  const leader = spawn("sh", ["-c", `"${plugin.path}" infinity & exec "${client.path}" infinity`], {
    detached: true,
    env: marked,
    stdio: "ignore",
  });
  const composing = { compose: identityOf(leader.pid!), owner };
  const pids = () => processesOf(composing);
  ends.push(() => pids().map((pid) => process.kill(pid, "SIGKILL")));
  await expect.poll(() => pids().length).toBe(2);
  leader.kill("SIGKILL");
  await once(leader, "exit");
  expect(pids()).toEqual([expect.any(Number)]);
});

it.each([
  ["another program, whatever it is called on its command line", { name: "gpg-agent" }],
  ["Docker's program without the mark, though it has other variables of the lab", { env: { LAB_ID: "an-id" } }],
  ["Docker's program with the mark of another command", { env: { [composeMark]: "1@1" } }],
])("leaves alone in that session %s", async (_, how) => {
  const { composing } = await running(how);
  expect(processesOf(composing)).toEqual([]);
});

it("leaves alone Docker's program with the mark in another session", async () => {
  const { composing } = await running();
  const { pid } = await running({ detached: false });
  expect(processesOf(composing)).not.toContain(pid);
  expect(processesOf({ owner, compose: thisProcess() })).toEqual([]);
});

it("finds nothing of another boot or another container, whose numbers mean nothing here", async () => {
  const { composing } = await running();
  expect(processesOf({ owner, compose: { ...composing.compose, bootId: "another" } })).toEqual([]);
  expect(processesOf({ owner, compose: { ...composing.compose, pidNamespace: "pid:[1]" } })).toEqual([]);
});
