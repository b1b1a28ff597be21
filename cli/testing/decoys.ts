import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { thisProcess } from "../host/process-identity.ts";
import { anyImage } from "./any-image.ts";
import { createNetwork, docker } from "./engine-inventory.ts";
import { inAnotherContainer, placeLabOfAnother } from "./labs-of-others.ts";

/** Things that look like a lab's, and are not: nothing of the lab may ever touch them. */
export interface Decoys extends AsyncDisposable {
  /** As they were made, one line each: kind, name, identity, state, start. */
  all: string[];
  /** The same lines now. Equal to `all` when nobody has touched one of them. */
  now(): Promise<string[]>;
  /** E.g. `container test-clean-bare`: whatever looks for remains of the lab finds these, too. */
  names: string[];
  /** Of the one process among them that is there from the beginning. */
  pid: number;
  /** One more: a process that has inherited the id of a lab that is there by now. */
  bystander(labId: string): void;
}

type Labels = Record<string, string | undefined>;

/** A container that is none of the lab's. */
interface DecoyContainer {
  name: string;
  /** What it is run from. `clone`: an image that somebody committed from a container of the lab; `marked`: one that has LABELs itself. */
  from: "any" | "clone" | "marked";
  /** Given to it when it is made, beside those that its image has. */
  labels?: Labels;
  state?: "running" | "created" | "exited";
  /** Where it is not cut off from everything. */
  network?: string;
}

/**
 * @param name of the lab that they resemble: each lacks something that all of the lab has
 * @param lab a container of it, if it runs: it is committed, with all the labels that it has. Beside a container with the one
 *   by which Compose knows its own (`oneoff`), which a decoy lacks otherwise, no lab of that name is started.
 */
export async function placeDecoys(name: string, { lab }: { lab?: string } = {}): Promise<Decoys> {
  const project = `session-lab-${name}`;
  const network = `${project}_lab`;
  const base = await anyImage();
  const everything = {
    "com.docker.compose.project": project,
    "com.docker.compose.service": "app2",
    "com.docker.compose.container-number": "1",
    "com.docker.compose.image": (await docker("image", "inspect", "--format", "{{.Id}}", base))[0],
    "dev.session-lab.lab": name,
    "dev.session-lab.id": "decoy",
    "dev.session-lab.owner": "1@1",
    "dev.session-lab.boot": "decoy",
    "dev.session-lab.version": "0.0.0",
  };
  const without = (label: keyof typeof everything) => ({ ...everything, [label]: undefined });
  const ofOtherLab = { ...everything, "dev.session-lab.lab": `${name}-other` };
  const clone = `${name}-clone:decoy`;
  const marked = `${name}-marked:decoy`;
  // Where the lab's record would be, were that a name.
  const path = `../../decoy-of-${name}/measurements`;
  const file = join(tmpdir(), `decoy-of-${name}`, "measurements.jsonl");

  const containers: DecoyContainer[] = [
    { name: `${project}-app9-1`, from: "any" },
    { name: `${project}-app8-1`, from: "any", labels: { "com.docker.compose.project": project }, state: "created" },
    { name: `${name}-no-lab`, from: "any", labels: without("dev.session-lab.lab") },
    { name: `${name}-no-id`, from: "any", labels: without("dev.session-lab.id") },
    { name: `${name}-no-owner`, from: "any", labels: without("dev.session-lab.owner") },
    { name: `${name}-no-project`, from: "any", labels: without("com.docker.compose.project") },
    { name: `${name}-of-other-lab`, from: "any", labels: ofOtherLab },
    { name: `${name}-all-labels`, from: "any", labels: everything },
    { name: `${name}-cloned`, from: "clone" },
    { name: `${name}-cloned-exited`, from: "clone", state: "exited" },
    { name: `${name}-marked`, from: "marked" },
    { name: `${name}-marked-exited`, from: "marked", state: "exited" },
    { name: `${project}-app2-8`, from: "marked" },
    { name: `${project}-app2-9`, from: "clone" },
    // On the lab's own network: nothing but its image tells.
    ...(lab ? ([{ name: `${project}-app2-7`, from: "clone", state: "created", network }] as const) : []),
    {
      name: `${name}-of-a-path`,
      from: "any",
      labels: { ...everything, "dev.session-lab.lab": path, "com.docker.compose.project": `session-lab-${path}` },
    },
  ];
  const networks = {
    [`${project}_other`]: without("dev.session-lab.lab"),
    [`${name}-no-id`]: without("dev.session-lab.id"),
  };
  const volumes = { [`${project}_redis-other`]: ofOtherLab, [`${name}-no-id`]: without("dev.session-lab.id") };
  const images = [clone, marked];
  const containerNames = containers.map((container) => container.name);

  const remove = async () => {
    const quietly = { reject: false } as const;
    await execa("docker", ["rm", "-f", "-v", ...containerNames], quietly);
    await execa("docker", ["network", "rm", ...Object.keys(networks)], quietly);
    await execa("docker", ["volume", "rm", ...Object.keys(volumes)], quietly);
    await execa("docker", ["image", "rm", ...images], quietly);
    rmSync(dirname(file), { recursive: true, force: true });
  };
  // Those of a test that was killed.
  await remove();
  await make({ name: `${name}-all-labels`, from: "any", labels: everything }, base);
  await docker("commit", "--pause=false", lab ?? `${name}-all-labels`, clone);
  await docker("rm", "-f", "-v", `${name}-all-labels`);
  await label(base, marked, everything);
  await Promise.all(containers.map((container) => make(container, { any: base, clone, marked }[container.from])));
  for (const [network, labels] of Object.entries(networks)) await createNetwork(network, options(labels));
  for (const [volume, labels] of Object.entries(volumes)) await docker("volume", "create", ...options(labels), volume);
  mkdirSync(dirname(file));
  writeFileSync(file, "somebody's\n");
  // Has the command line of the lab's Compose, and its marks for another start of it.
  const process = spawn("sleep", ["infinity"], {
    argv0: `docker compose -p ${project} up`,
    env: { PATH: globalThis.process.env.PATH, LAB_NAME: name, LAB_ID: "decoy", LAB_OWNER: "1@1" },
    stdio: "ignore",
  });
  process.unref();
  await once(process, "spawn");
  const bystanders = new Map<string, ChildProcess>();
  const labsOfOthers = await Promise.all([
    placeLabOfAnother({ name: `${name}-of-bob`, owner: { ...thisProcess(), startedAt: "1" }, user: "bob" }),
    placeLabOfAnother({ name: `${name}-elsewhere`, owner: inAnotherContainer() }),
  ]);

  const look = async () => {
    const ended = [...bystanders].filter(([, { exitCode, signalCode }]) => (exitCode ?? signalCode) !== null);
    const lines = await Promise.all([
      inspected(containerNames, "container {{.Name}} {{.Id}} {{.State.Status}} {{.State.StartedAt}} {{.RestartCount}}"),
      inspected(Object.keys(networks), "network {{.Name}} {{.Id}} {{.Created}}"),
      inspected(Object.keys(volumes), "volume {{.Name}} {{.CreatedAt}} {{.Mountpoint}}"),
      inspected(images, "image {{index .RepoTags 0}} {{.Id}} {{.Created}}"),
      execa("ps", ["-o", "pid=,stat=,lstart=", "-p", String(process.pid)], { reject: false }),
    ]);
    const files = existsSync(file)
      ? [`file ${file} ${statSync(file).mtimeMs} ${readFileSync(file, "utf8").trim()}`]
      : [];
    return [
      ...lines.flatMap(({ stdout }) => stdout.split("\n").filter(Boolean)),
      ...(await Promise.all(labsOfOthers.map((other) => other.now()))).flat(),
      ...ended.map(([id, { signalCode }]) => `process with LAB_ID=${id} ended: ${signalCode}`),
      ...files,
    ].sort();
  };
  const imageIds = await docker("image", "ls", "--filter", `label=dev.session-lab.lab=${name}`, "--format", "{{.ID}}");
  return {
    all: await look(),
    now: look,
    names: [
      ...containerNames.map((container) => `container ${container}`),
      ...Object.keys(networks).map((network) => `network ${network}`),
      ...Object.keys(volumes).map((volume) => `volume ${volume}`),
      ...imageIds.map((image) => `image ${image}`),
      ...labsOfOthers.flatMap((other) => other.all),
    ],
    pid: process.pid!,
    bystander(labId) {
      if (bystanders.has(labId)) return;
      const env = { PATH: globalThis.process.env.PATH, LAB_ID: labId };
      const bystander = spawn("sleep", ["infinity"], { env, stdio: "ignore" });
      bystander.unref();
      bystanders.set(labId, bystander);
    },
    async [Symbol.asyncDispose]() {
      for (const one of [process, ...bystanders.values()]) one.kill("SIGKILL");
      for (const other of labsOfOthers) await other[Symbol.asyncDispose]();
      await remove();
    },
  };
}

async function make(
  { name, labels = {}, state = "running", network = "none" }: DecoyContainer,
  image: string,
): Promise<void> {
  // A container of a lab has a health check, which would be a sixth of a processor for each.
  const still = [
    "--name",
    name,
    "--network",
    network,
    "--no-healthcheck",
    "--entrypoint",
    "sleep",
    ...options(labels),
    image,
  ];
  if (state === "created") await docker("create", ...still, "infinity");
  if (state === "running") await docker("run", "--detach", ...still, "infinity");
  if (state === "exited") await docker("run", ...still, "0");
}

/** Makes an image that has labels itself. */
async function label(from: string, to: string, labels: Labels): Promise<void> {
  const lines = Object.entries(labels).flatMap(([key, value]) => ["--change", `LABEL ${key}="${value}"`]);
  const [container] = await docker("create", "--entrypoint", "sleep", from);
  await docker("commit", ...lines, container!, to);
  await docker("rm", "-v", container!);
}

/** Prints those that there are. */
function inspected(names: readonly string[], format: string) {
  const [kind] = format.split(" ");
  return execa("docker", [kind!, "inspect", "--format", format, ...names], { reject: false });
}

function options(labels: Labels): string[] {
  return Object.entries(labels).flatMap(([key, value]) => (value === undefined ? [] : ["--label", `${key}=${value}`]));
}
