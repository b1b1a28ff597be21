import { spawn } from "node:child_process";
import { once } from "node:events";
import { execa } from "execa";
import { createNetwork, docker } from "./engine-inventory.ts";

/** Things that look like a lab's, and are not: nothing of the lab may ever touch them. */
export interface Decoys extends AsyncDisposable {
  /** As they were made, one line each: kind, name, identity, state, start. */
  all: string[];
  /** The same lines now. Equal to `all` when nobody has touched one of them. */
  now(): Promise<string[]>;
  /** E.g. `container test-clean-bare`: whatever looks for remains of the lab finds these, too. */
  names: string[];
  /** Of the one process among them. */
  pid: number;
}

/** @param name of the lab that they resemble: each lacks one of the labels, or has it for another lab */
export async function placeDecoys(name: string): Promise<Decoys> {
  const project = `session-lab-${name}`;
  const everything = {
    "com.docker.compose.project": project,
    "com.docker.compose.service": "app2",
    "dev.session-lab.lab": name,
    "dev.session-lab.id": "decoy",
    "dev.session-lab.owner": "1@1",
    "dev.session-lab.boot": "decoy",
    "dev.session-lab.version": "0.0.0",
  };
  const without = (label: keyof typeof everything) => ({ ...everything, [label]: undefined });
  const ofOtherLab = { ...everything, "dev.session-lab.lab": `${name}-other` };
  const running = {
    [`${project}-app9-1`]: {},
    [`${name}-no-lab`]: without("dev.session-lab.lab"),
    [`${name}-no-id`]: without("dev.session-lab.id"),
    [`${name}-no-owner`]: without("dev.session-lab.owner"),
    [`${name}-no-project`]: without("com.docker.compose.project"),
    [`${name}-of-other-lab`]: ofOtherLab,
  };
  const created = { [`${project}-app8-1`]: { "com.docker.compose.project": project } };
  const networks = {
    [`${project}_other`]: without("dev.session-lab.lab"),
    [`${name}-no-id`]: running[`${name}-no-id`]!,
  };
  const volumes = { [`${project}_redis-other`]: ofOtherLab, [`${name}-no-id`]: running[`${name}-no-id`]! };
  const containers = [...Object.keys(running), ...Object.keys(created)];

  const remove = async () => {
    const quietly = { reject: false } as const;
    await execa("docker", ["rm", "-f", "-v", ...containers], quietly);
    await execa("docker", ["network", "rm", ...Object.keys(networks)], quietly);
    await execa("docker", ["volume", "rm", ...Object.keys(volumes)], quietly);
  };
  // Those of a test that was killed.
  await remove();
  const image = await anyImage();
  const still = ["--network", "none", "--entrypoint", "sleep"];
  for (const [container, labels] of Object.entries(running))
    await docker("run", "--detach", "--name", container, ...still, ...options(labels), image, "infinity");
  for (const [container, labels] of Object.entries(created))
    await docker("create", "--name", container, ...still, ...options(labels), image, "infinity");
  for (const [network, labels] of Object.entries(networks)) await createNetwork(network, options(labels));
  for (const [volume, labels] of Object.entries(volumes)) await docker("volume", "create", ...options(labels), volume);
  // Has the command line of the lab's Compose, and its marks for another start of it.
  const process = spawn("sleep", ["infinity"], {
    argv0: `docker compose -p ${project} up`,
    env: { PATH: globalThis.process.env.PATH, LAB_NAME: name, LAB_ID: "decoy", LAB_OWNER: "1@1" },
    stdio: "ignore",
  });
  process.unref();
  await once(process, "spawn");

  const look = async () => {
    const lines = await Promise.all([
      inspected(containers, "container {{.Name}} {{.Id}} {{.State.Status}} {{.State.StartedAt}} {{.RestartCount}}"),
      inspected(Object.keys(networks), "network {{.Name}} {{.Id}} {{.Created}}"),
      inspected(Object.keys(volumes), "volume {{.Name}} {{.CreatedAt}} {{.Mountpoint}}"),
      execa("ps", ["-o", "pid=,stat=,lstart=", "-p", String(process.pid)], { reject: false }),
    ]);
    return lines.flatMap(({ stdout }) => stdout.split("\n").filter(Boolean)).sort();
  };
  return {
    all: await look(),
    now: look,
    names: [
      ...containers.map((container) => `container ${container}`),
      ...Object.keys(networks).map((network) => `network ${network}`),
      ...Object.keys(volumes).map((volume) => `volume ${volume}`),
    ],
    pid: process.pid!,
    async [Symbol.asyncDispose]() {
      process.kill("SIGKILL");
      await remove();
    },
  };
}

/** Prints those that there are. */
function inspected(names: readonly string[], format: string) {
  const [kind] = format.split(" ");
  return execa("docker", [kind!, "inspect", "--format", format, ...names], { reject: false });
}

function options(labels: Record<string, string | undefined>): string[] {
  return Object.entries(labels).flatMap(([key, value]) => (value === undefined ? [] : ["--label", `${key}=${value}`]));
}

/** One that the lab runs from, so that it is there. */
export async function anyImage(): Promise<string> {
  const references = ["session-lab/redis", "redis"].flatMap((image) => ["--filter", `reference=${image}`]);
  const [image] = await docker("image", "ls", "-q", ...references);
  if (image === undefined) throw new Error("There is no image of Redis on this engine: run ./scripts/setup.sh.");
  return image;
}
