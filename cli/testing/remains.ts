import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ProcessIdentity } from "../lab/process-identity.ts";
import { anyImage } from "./decoys.ts";
import { createNetwork, docker } from "./engine-inventory.ts";

/**
 * What a dead command leaves of a lab that it was going to remove, made by hand in a second: a container that runs, a network, a
 * volume, a process that still works for it, and the record. They carry all the labels that compose.yaml gives.
 *
 * @param owner who is said to have started it
 * @returns the process
 */
export async function leaveRemains({
  name,
  home,
  owner,
}: {
  name: string;
  home: string;
  owner: ProcessIdentity;
}): Promise<ChildProcess> {
  const id = `remains-of-${owner.pid}`;
  const project = `session-lab-${name}`;
  const at = new Date().toISOString();
  const engine = process.env.DOCKER_HOST || "unix:///var/run/docker.sock";
  const lines = [
    { type: "started", recordVersion: 1, id, name, engine, owner, version: "0.1.0", at },
    { type: "ready", stays: false },
  ];
  mkdirSync(join(home, "labs"), { recursive: true });
  writeFileSync(join(home, "labs", `${name}.jsonl`), lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
  const labels = {
    "com.docker.compose.project": project,
    "dev.session-lab.lab": name,
    "dev.session-lab.id": id,
    "dev.session-lab.owner": `${owner.pid}@${owner.startedAt}`,
    "dev.session-lab.boot": owner.bootId,
    "dev.session-lab.version": "0.1.0",
  };
  const options = Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
  await createNetwork(`${project}_lab`, options);
  await docker("volume", "create", ...options, `${project}_redis-aof`);
  const run = ["run", "--detach", "--network", `${project}_lab`, "--entrypoint", "sleep", "--stop-timeout", "0"];
  await docker(...run, "--name", `${project}-app1-1`, ...options, await anyImage(), "infinity");
  const worker = spawn("sleep", ["infinity"], { env: { PATH: process.env.PATH, LAB_ID: id }, stdio: "ignore" });
  worker.unref();
  await once(worker, "spawn");
  return worker;
}
