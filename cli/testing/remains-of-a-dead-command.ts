import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { composeMark } from "../host/compose-processes.ts";
import { identityOf, nameOfProcess, type ProcessIdentity, thisUser } from "../host/process-identity.ts";
import { engineAddress, recordPath } from "../record/record.ts";
import { anyImage } from "./any-image.ts";
import { createNetwork, docker } from "./engine-inventory.ts";
import { labelsOfStart } from "./labels-of-start.ts";
import { programCalled } from "./sleep-by-another-name.ts";

/**
 * What a dead command leaves of a lab that it was going to remove, made by hand in a second: a container that runs, a network, a
 * volume, a process of its Compose that still works for it, and the record. They carry all the labels that compose.yaml gives.
 *
 * @param owner who is said to have started it
 * @param user whose process that was
 * @param stays it was to stay until somebody removes it
 * @param engine its address, as the commands know it that are to find the record
 * @returns the process
 */
export async function leaveRemains({
  name,
  home,
  owner,
  user = thisUser(),
  stays = false,
  engine = engineAddress(),
}: {
  name: string;
  home: string;
  owner: ProcessIdentity;
  user?: string;
  stays?: boolean;
  engine?: string;
}): Promise<ChildProcess> {
  const id = `remains-of-${owner.pid}`;
  const project = `session-lab-${name}`;
  const at = new Date().toISOString();
  const compose = await hangingCompose(owner);
  const lines = [
    { type: "started", recordVersion: 1, id, name, engine, owner, version: "0.1.0", at },
    { type: "composing", compose: identityOf(compose.pid!), owner },
    { type: "ready", stays },
  ];
  mkdirSync(join(home, "labs"), { recursive: true });
  writeFileSync(
    join(home, "labs", basename(recordPath({ name, engine }))),
    lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
  );
  const labels = {
    "com.docker.compose.project": project,
    "dev.session-lab.lab": name,
    "dev.session-lab.id": id,
    ...labelsOfStart({ owner, user, stays }),
    "dev.session-lab.version": "0.1.0",
  };
  const options = Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
  const image = await anyImage();
  const [imageId] = await docker("image", "inspect", "--format", "{{.Id}}", image);
  const ofCompose = (key: string, value: string) => ["--label", `com.docker.compose.${key}=${value}`];
  await createNetwork(`${project}_lab`, options);
  await docker("volume", "create", ...options, ...ofCompose("volume", "redis-aof"), `${project}_redis-aof`);
  const run = ["run", "--detach", "--network", `${project}_lab`, "--entrypoint", "sleep", "--stop-timeout", "0"];
  const ofService = [...ofCompose("service", "app1"), ...ofCompose("image", imageId!)];
  await docker(...run, "--name", `${project}-app1-1`, ...options, ...ofService, image, "infinity");
  return compose;
}

/** Docker's program by its name, in a session of its own, with the mark of the command: all that Compose is known by. */
export async function hangingCompose(owner: ProcessIdentity): Promise<ChildProcess> {
  using program = programCalled("docker");
  const env = { PATH: process.env.PATH, [composeMark]: nameOfProcess(owner) };
  const worker = spawn(program.path, ["infinity"], { argv0: "sleep", detached: true, env, stdio: "ignore" });
  worker.unref();
  await once(worker, "spawn");
  return worker;
}
