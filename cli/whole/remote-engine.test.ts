/** An engine that is not of this machine: nobody is asked, whoever needs one says why, and the rest goes on. */
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { demoRun } from "../paths.ts";
import { makeContext } from "../testing/docker-context.ts";
import { labCommand } from "../testing/run-lab.ts";

const lab = labCommand({ name: "test-remote" });
const remote = { DOCKER_HOST: "tcp://me:secret@127.0.0.1:1" };

afterAll(() => lab[Symbol.dispose]());

describe("a command that needs an engine refuses it", () => {
  it.each([
    "up",
    "down",
    "down --all",
    "status",
    "logs",
    "images verify",
    "images build",
    "scenario login",
    "compare",
    "fault kill app1",
    "heal",
    "reset",
    "sessions",
    "user anna login",
    "watch",
  ])("lab %s", async (words) => {
    const { exitCode, stdout, stderr } = await lab.run(words.split(" "), { env: remote });
    expect(stderr).toContain("lab: The Docker engine at tcp://***@127.0.0.1:1 is refused");
    expect(stderr).toContain("Unset DOCKER_HOST");
    expect(stderr).toContain("(engine-remote)");
    expect(stderr + stdout).not.toContain("secret");
    expect(exitCode).toBe(3);
  });
});

describe("a command that needs none goes on", () => {
  it.each([
    "--help",
    "scenario --list",
    "runs",
    "explain cookie",
    "completion bash",
    "config",
    `judge ${demoRun}`,
    `replay ${demoRun}`,
    `report ${demoRun} ${join(lab.home, "report.md")}`,
  ])("lab %s", async (words) => {
    for (const env of [remote, { DOCKER_HOST: "", DOCKER_CONTEXT: "none", DOCKER_CONFIG: lab.home }]) {
      const { exitCode, stderr } = await lab.run(words.split(" "), { env });
      expect(stderr).not.toContain("engine-remote");
      expect(exitCode).toBe(0);
    }
  });
});

it("doctor has it as a finding, with what to do, and says all the rest", async () => {
  makeContext({ folder: lab.home, name: "far", host: "ssh://me@box" });
  const env = { DOCKER_HOST: "", DOCKER_CONTEXT: "far", DOCKER_CONFIG: lab.home };
  const { exitCode, stdout } = await lab.run(["doctor", "--json"], { env });
  const findings = JSON.parse(stdout) as { what: string; ok: boolean; says: string; todo?: string }[];
  expect(findings.find(({ what }) => what === "Docker engine")).toEqual({
    what: "Docker engine",
    ok: false,
    says: 'The Docker engine at ssh://***@box is refused: it is no socket of this machine. From: context "far" (DOCKER_CONTEXT).',
    todo: expect.stringContaining(
      "Unset DOCKER_CONTEXT, or name a socket here: DOCKER_HOST=unix:///var/run/docker.sock.",
    ),
  });
  expect(findings.filter(({ ok }) => ok).map(({ what }) => what)).toEqual(
    expect.arrayContaining(["Node.js", "build", "port"]),
  );
  expect(exitCode).toBe(3);
});
