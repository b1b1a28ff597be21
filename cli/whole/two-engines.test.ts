/**
 * Two engines on one machine, as with Docker Desktop beside Docker Engine: Docker's client goes to that of the context, and so does
 * all of the lab.
 */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { labels } from "../lab/identity/labels.ts";
import { imageRoles } from "../lab/images/images.ts";
import { composeFile } from "../paths.ts";
import { makeContext } from "../testing/docker-context.ts";
import { type DockerCall, type FakeDocker, openFakeDocker } from "../testing/fake-docker.ts";
import { type FakeEngine, type FakeThing, openFakeEngine } from "../testing/fake-engine.ts";
import { type LabCommand, labCommand } from "../testing/run-lab.ts";

let lab: LabCommand;
/** Has the images, too, and is where a client goes that knows nothing of contexts. */
let nearest: FakeEngine;
let production: FakeEngine;
let docker: FakeDocker;
/** What answers on the lab's port. */
let site: Server | undefined;
/** Where the fake Compose starts labs. */
let engineOf: (call: DockerCall) => FakeEngine;
let downFails: boolean;
/** What it fails with before it has started anything; empty when it does not. */
let upFails: string;
/** Otherwise the lab is never ready. */
let answersSite: boolean;

beforeEach(async () => {
  lab = labCommand({ name: "one" });
  const images = Object.values(imageRoles).map(({ official }) => official);
  nearest = await openFakeEngine([], { images });
  production = await openFakeEngine([], { images });
  // As Docker's client chooses; without DOCKER_HOST the context is `production`.
  engineOf = ({ env }) => (env.DOCKER_HOST === nearest.address ? nearest : production);
  downFails = false;
  upFails = "";
  answersSite = true;
  docker = await openFakeDocker(compose);
  makeContext({ folder: join(lab.home, ".docker"), name: "production", host: production.address });
  mkdirSync(join(lab.home, ".docker/run"));
  symlinkSync(nearest.address.replace("unix://", ""), join(lab.home, ".docker/run/docker.sock"));
});

afterEach(async () => {
  lab[Symbol.dispose]();
  site?.closeAllConnections();
  site?.close();
  site = undefined;
  await Promise.all([nearest, production, docker].map((one) => one[Symbol.asyncDispose]()));
});

async function compose(call: DockerCall) {
  const { args, env } = call;
  if (args.includes("version")) return { stdout: "2.40.3\n" };
  if (args.includes("down")) {
    if (downFails) return { exitCode: 1 };
    for (const thing of engineOf(call).has()) engineOf(call).drop(thing);
    return {};
  }
  if (!args.includes("up")) return {};
  if (upFails) return { exitCode: 1, stderr: upFails };
  site = createServer((_, response) => response.writeHead(answersSite ? 200 : 503).end("{}"));
  const isFree = await new Promise<boolean>((resolve) => {
    site!.once("error", () => resolve(false)).listen(Number(env.LAB_PORT), "127.0.0.1", () => resolve(true));
  });
  if (!isFree) return { exitCode: 1, stderr: "port is already allocated" };
  engineOf(call).add(whatComposeMakes(env));
  return {};
}

/** A balancer, a door and a network, labelled as compose.yaml says. One server answers for both. */
function whatComposeMakes(env: Record<string, string>): FakeThing[] {
  const project = `session-lab-${env.LAB_NAME}`;
  const { services, networks } = parse(filledIn(readFileSync(composeFile, "utf8"), env), {
    merge: true,
    maxAliasCount: -1,
  });
  const ours = (labelled: { labels: Record<string, string> }) => ({ [labels.project]: project, ...labelled.labels });
  return [
    ...["door", "nginx"].map(
      (service): FakeThing => ({
        kind: "container",
        name: `${project}-${service}-1`,
        labels: { ...ours(services[service]), [labels.service]: service, [labels.image]: `sha256:${service}` },
        publishedAt: Number(env.LAB_PORT),
      }),
    ),
    { kind: "network", name: `${project}_lab`, labels: ours(networks.lab) },
  ];
}

/** `${NAME:-otherwise}`, also one in the other, as Compose reads it. */
function filledIn(text: string, env: Record<string, string>): string {
  const filled = text.replace(/\$\{(\w+)(?::?[-?]([^${}]*))?\}/g, (_, name, otherwise = "") => env[name] || otherwise);
  return filled === text ? text : filledIn(filled, env);
}

function environment() {
  const env = { HOME: lab.home, DOCKER_CONFIG: "", DOCKER_HOST: "", DOCKER_CONTEXT: "production" };
  return { PATH: docker.path, ...env };
}

function run(...args: string[]) {
  return lab.run(args, { env: environment() });
}

it("the lab runs, is found and is removed on the engine of the context, and nothing of it is on the other", async () => {
  const up = await run("up");
  expect(up).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('The lab "one" is up.') });
  expect(production.has()).toEqual([
    "container session-lab-one-door-1",
    "container session-lab-one-nginx-1",
    "network session-lab-one_lab",
  ]);
  expect(await run("down")).toMatchObject({ exitCode: 0, stdout: 'The lab "one" is removed; nothing is left.' });
  expect([nearest.has(), production.has()]).toEqual([[], []]);
});

it("a lab stays on the engine on which it began, though another context is chosen meanwhile", async () => {
  const chosen = (name: string) => writeFileSync(join(lab.home, ".docker/config.json"), `{"currentContext":"${name}"}`);
  const env = { ...environment(), DOCKER_CONTEXT: "" };
  makeContext({ folder: join(lab.home, ".docker"), name: "other", host: nearest.address });
  chosen("production");
  answersSite = false;
  const command = lab.start(["up"], { env });
  await expect.poll(() => production.has()).not.toEqual([]);
  chosen("other");
  command.kill("SIGKILL");
  await command;
  // Its watchdog knows.
  await expect.poll(() => production.has()).toEqual([]);
});

it("a lab that is on another engine, since another context was chosen, is not said to be nowhere", async () => {
  await run("up");
  const other = { env: { ...environment(), DOCKER_HOST: nearest.address } };
  const where = `One is on record on another engine: set DOCKER_HOST='${production.address}'.`;
  expect(await lab.run(["down"], other)).toMatchObject({ stdout: 'There is no lab "one".', stderr: where });
  expect((await lab.run(["status"], other)).stderr).toContain(where);
  expect(await lab.run(["down", "--name", "two"], other)).toMatchObject({ stderr: "" });
  expect(await run("down")).toMatchObject({
    exitCode: 0,
    stdout: 'The lab "one" is removed; nothing is left.',
    stderr: 'removing the lab "one"',
  });
});

describe("a `docker` command that starts the lab on another engine than the one that it is told", () => {
  beforeEach(() => {
    engineOf = () => nearest;
  });

  it("has to remove it again, and `lab up` says so", async () => {
    const { exitCode, stderr } = await run("up");
    expect(stderr).toContain(`Compose has started the lab on another engine than the one at ${production.address}`);
    expect(stderr).toContain("and has removed it again.");
    expect(docker.calls.filter((call) => call.includes(" down "))).toEqual([
      expect.stringMatching(/^compose -p session-lab-one -f .*compose\.yaml down --volumes --timeout 0$/),
    ]);
    expect(exitCode).toBe(3);
    expect([nearest.has(), production.has()]).toEqual([[], []]);
  });

  it("and does not remove it: where it may be is said, with what removes it", async () => {
    downFails = true;
    const { exitCode, stderr } = await run("up");
    expect(stderr).toContain("and did not remove it again.");
    expect(stderr).toContain("`docker compose -p session-lab-one down --volumes`");
    expect(exitCode).toBe(3);
  });
});

it("an engine behind the socket that does not see the lab's files is not mended by building them again", async () => {
  upFails = "Error response from daemon: invalid mount config for type bind: bind source path does not exist: /x";
  const { exitCode, stderr } = await run("up");
  expect(stderr).toContain("The engine does not see the files of the lab, though they are here");
  expect(stderr).toContain("(files-elsewhere)");
  expect(exitCode).toBe(3);
});
