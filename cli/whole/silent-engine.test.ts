/** What commands do with an engine that hangs. It would be waited for by `patienceMs` of the fake; nobody needs that long to notice. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { thisProcess } from "../host/process-identity.ts";
import { beginRecord, recordPath } from "../record/record.ts";
import { type LabCommand, labCommand } from "../testing/run-lab.ts";
import { openSilentEngine, type SilentEngine } from "../testing/silent-engine.ts";

let lab: LabCommand;
let engine: SilentEngine;
let env: { DOCKER_HOST: string };
beforeEach(async () => {
  lab = labCommand({ name: "one" });
  engine = await openSilentEngine();
  env = { DOCKER_HOST: engine.address };
});
afterEach(async () => {
  lab[Symbol.dispose]();
  await engine[Symbol.asyncDispose]();
});

it("doctor gives up before the engine does, says which one is silent and what to do, and all that needs no engine", async () => {
  const { exitCode, stdout } = await lab.run(["doctor"], { env });
  expect(engine.asked).toContain("GET /version");
  expect(engine.outwaited).toEqual([]);
  const lines = stdout.split("\n");
  expect(lines.filter((line) => /^(ok {2}|FAIL) /.test(line)).map((line) => line.slice(5, line.indexOf(":")))).toEqual([
    "Node.js",
    "build",
    "Docker engine",
    "Docker Compose",
    "images",
    "subnet",
    "port",
    "*.localhost",
    "labs",
  ]);
  const engineLine = lines.findIndex((line) => line.startsWith("FAIL Docker engine"));
  expect(lines[engineLine]).toBe(
    `FAIL Docker engine: The Docker engine at ${engine.address} has said nothing for 3 s.`,
  );
  expect(lines[engineLine + 1]).toContain("-> If it stays so, it hangs: restart Docker");
  expect(lines.filter((line) => line.startsWith("ok  ")).map((line) => line.slice(5, line.indexOf(":")))).toEqual([
    "Node.js",
    "build",
    "Docker Compose",
    "port",
    "*.localhost",
  ]);
  expect(exitCode).toBe(3);
});

it("a command that needs no engine cleans up nothing on one that hangs, and is done before the engine gives up", async () => {
  const folder = join(lab.home, "labs");
  mkdirSync(folder);
  const owner = { ...thisProcess(), startedAt: "1" };
  const record = {
    recordVersion: 1 as const,
    id: "an-id",
    name: "one",
    engine: engine.address,
    owner,
    version: "0",
    at: "then",
  };
  const path = recordPath({ name: "one", engine: engine.address });
  beginRecord(join(folder, path.slice(path.lastIndexOf("/") + 1)), { type: "started", ...record });
  const { exitCode } = await lab.run(["runs"], { env });
  expect(engine.asked).toEqual(["GET /version"]);
  expect(engine.outwaited).toEqual([]);
  expect(exitCode).toBe(0);
});
