/** Which engine setup.sh looks at: the real script, from a package without sources, with a `docker` command of the test. */
import { chmodSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { localEndpoint } from "../cli/docker/endpoint.ts";
import { packageRoot } from "../cli/paths.ts";
import { makeContext } from "../cli/testing/docker-context.ts";
import { type FakeDocker, openFakeDocker } from "../cli/testing/fake-docker.ts";

let folder: string;
let docker: FakeDocker;
/** Where each `docker` command went, but the question where that is: `version --format ... -> unix:///x`. */
let went: string[];
/** What Docker's client says of the current context. */
let context: string;
let engineAnswers: boolean;
let hasImages: boolean;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "setup-engine-"));
  cpSync(join(packageRoot, "scripts"), join(folder, "scripts"), { recursive: true });
  mkdirSync(join(folder, "compose"));
  went = [];
  context = "default unix:///var/run/docker.sock";
  engineAnswers = true;
  hasImages = true;
  docker = await openFakeDocker(({ args, env }) => {
    const command = args.join(" ");
    if (command.startsWith("context inspect")) return { stdout: `${context}\n` };
    const elsewhere = ["DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"].filter(
      (one) => env[one],
    );
    went.push(`${args[0]} -> ${[env.DOCKER_HOST, ...elsewhere].join(" ")}`);
    if (args[0] === "image") return { exitCode: hasImages ? 0 : 1 };
    if (args[0] === "pull") return { exitCode: 1, stderr: "no registry" };
    return args[0] === "version" && !engineAnswers
      ? { exitCode: 1, stderr: "Cannot connect to the Docker daemon" }
      : { stdout: "99.0.0\n" };
  });
  makeContext({ folder, name: "far", host: "ssh://me:secret@box" });
});
afterEach(async () => {
  await docker[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function setup(env: Record<string, string> = {}) {
  const nothing = { DOCKER_HOST: "", DOCKER_CONTEXT: "", DOCKER_TLS: "", DOCKER_TLS_VERIFY: "", DOCKER_CONFIG: folder };
  const { exitCode, stderr } = await execa(join(folder, "scripts/setup.sh"), [], {
    env: { PATH: docker.path, ...nothing, ...env },
    stdin: "ignore",
    reject: false,
  });
  return { exitCode, said: stderr.split("\n") };
}

describe("an engine that is no socket of this machine is refused in the lab's own words, and asked nothing", () => {
  it.each<[env: Record<string, string>, current: string, context: string]>([
    [{ DOCKER_HOST: "tcp://me:secret@box:1" }, "default", "default tcp://me:secret@box:1"],
    [{ DOCKER_HOST: "ssh://me:secret@box" }, "default", "default ssh://me:secret@box"],
    [{ DOCKER_CONTEXT: "far" }, "default", "far ssh://me:secret@box"],
    [{}, "far", "far ssh://me:secret@box"],
    [{ DOCKER_TLS_VERIFY: "1" }, "default", "default tcp://localhost:2376"],
  ])("with %o, and `docker context use %s`", async (env, current, says) => {
    context = says;
    writeFileSync(join(folder, "config.json"), `{"currentContext":"${current}"}`);
    const { exitCode, said } = await setup(env);
    const { message, todo } = refusal({ DOCKER_CONFIG: folder, ...env });
    expect(said.slice(-2)).toEqual([`error: ${message}`, `       ${todo}`]);
    expect(went).toEqual([]);
    expect(exitCode).toBe(3);
  });
});

function refusal(env: Record<string, string>): { message: string; todo: string } {
  try {
    localEndpoint(env);
  } catch (error) {
    return error as { message: string; todo: string };
  }
  throw new Error("the lab refuses nothing");
}

it.each<[env: Record<string, string>, context: string, address: string]>([
  [{}, "default unix:///var/run/docker.sock", "unix:///var/run/docker.sock"],
  [{}, "one unix:///run/one.sock", "unix:///run/one.sock"],
  [{ DOCKER_CONTEXT: "one", DOCKER_TLS_VERIFY: "1" }, "one unix:///run/one.sock", "unix:///run/one.sock"],
  [{ DOCKER_HOST: "unix:///run/two.sock", DOCKER_CONTEXT: "one" }, "one unix:///run/one.sock", "unix:///run/two.sock"],
])("with %o, where the context is %s, every docker command goes to %s", async (env, says, address) => {
  context = says;
  const { exitCode, said } = await setup(env);
  expect(said).toContain(`engine: already there (Docker 99.0.0 at ${address})`);
  expect([...new Set(went)]).toEqual(["version", "compose", "image"].map((command) => `${command} -> ${address}`));
  expect(exitCode).toBe(0);
});

it("the script that makes images gets the same engine", async () => {
  context = "one unix:///run/one.sock";
  hasImages = false;
  const script = join(folder, "scripts/build-images.sh");
  writeFileSync(script, '#!/bin/sh\necho "making images at $DOCKER_HOST$DOCKER_CONTEXT" >&2\n');
  chmodSync(script, 0o755);
  const { said } = await setup({ DOCKER_CONTEXT: "one" });
  expect(said).toContain("making images at unix:///run/one.sock");
});

it("an engine of a context that does not answer is named, and no other is started in its place", async () => {
  context = "one unix:///run/one.sock";
  engineAnswers = false;
  const { exitCode, said } = await setup();
  expect(said.slice(-2)).toEqual([
    'error: the Docker engine at unix:///run/one.sock (context "one" (docker context use)) does not answer: Cannot connect to the Docker daemon',
    "       Start it. Say `docker context use default` to get this machine's own.",
  ]);
  expect(exitCode).toBe(3);
});
