import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { labCommand } from "../testing/run-lab.ts";

/** Mistakes in the commands that drive a lab by hand. Those of the first kind reach no engine. */
const lab = labCommand({ name: "test-manual-input" });
const nowhere = mkdtempSync(join(tmpdir(), "session-lab-nowhere-"));
const noEngine = { DOCKER_HOST: `unix://${nowhere}/none.sock` };

afterAll(() => {
  lab[Symbol.dispose]();
  rmSync(nowhere, { recursive: true, force: true });
});

describe("a value that does not exist is named, with those that do", () => {
  it.each([
    [["fault", "kil", "app2"], 'Unknown fault "kil".', 'Did you mean "kill"? Allowed: aof-at-restart, '],
    [["fault", "../catalogue", "app2"], 'Unknown fault "../catalogue".', "Allowed:"],
    [
      ["user", "alice", "lgoin"],
      'Unknown action "lgoin".',
      'Did you mean "login"? Allowed: login, whoami, add, logout, cookies.',
    ],
    [["user", "alice", "toString"], 'Unknown action "toString".', "Allowed:"],
    [["user", "alice", "whoami", "--at", "cokie.memory"], 'Unknown policy "cokie".', 'Did you mean "cookie"?'],
    [["user", "alice", "whoami", "--at", "cookie.mysql"], 'Unknown store "mysql".', "Allowed: "],
    [["user", "alice", "whoami", "--at", "cookie"], '--at is "cookie".', "e.g. cookie.memory"],
    [["user", "alice", "whoami", "--at", "cookie.memory.x"], '--at is "cookie.memory.x".', "e.g. cookie.memory"],
    [["user", "alice", "whoami", "pear"], '"pear" is one word too many', "lab user NAME add pear"],
    [["user", "", "whoami"], "The user's name has 0 characters.", "Give 1 to 128."],
    [["user", "x".repeat(129), "whoami"], "The user's name has 129 characters.", "Give 1 to 128."],
    [["sessions", "--store", "rediss"], 'Unknown store "rediss".', 'Did you mean "redis"?'],
    [["heal", "--name", "Not_A_Name"], '--name is "Not_A_Name".', "small letters"],
  ])("%j", async (args, what, todo) => {
    const { exitCode, stdout, stderr } = await lab.run(args, { env: noEngine });
    expect(stderr).toContain(what);
    expect(stderr).toContain(todo);
    expect(stdout).toBe("");
    expect(exitCode).toBe(64);
  });
});

describe("a word is missing", () => {
  it.each([[["fault"]], [["fault", "kill"]], [["user"]], [["user", "alice"]]])("%j", async (args) => {
    const { exitCode, stderr } = await lab.run(args, { env: noEngine });
    expect(stderr).toContain("missing required argument");
    expect(exitCode).toBe(64);
  });
});

it.each([
  [["fault", "\u001b[2J", "app2"]],
  [["user", "alice", "\u001b[2J"]],
  [["user", "alice", "whoami", "--at", "\u001b[2J.memory"]],
  [["user", "alice", "whoami", "\u001b[2J"]],
  [["sessions", "--store", "\u001b[2J"]],
])("what is typed is written out where it could command the terminal: %j", async (args) => {
  const { stderr } = await lab.run(args, { env: noEngine });
  expect(stderr).toContain("\\x1b[2J");
  expect(stderr).not.toContain("\u001b");
});

it.each([[["fault", "kill", "app2"]], [["heal"]], [["reset"]], [["sessions"]], [["user", "alice", "whoami"]]])(
  "no engine: %j",
  async (args) => {
    const { exitCode, stdout, stderr } = await lab.run(args, { env: noEngine });
    expect(stderr).toContain("No Docker engine answers at");
    expect(stdout).toBe("");
    expect(exitCode).toBe(3);
  },
);
