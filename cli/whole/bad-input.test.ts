import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { labCommand } from "../testing/run-lab.ts";

/** Every mistake has an error of its own: what, which value, what to do. None of these reaches an engine. */
const lab = labCommand({ name: "test-bad-input" });
const nowhere = mkdtempSync(join(tmpdir(), "session-lab-nowhere-"));
const noEngine = { DOCKER_HOST: `unix://${nowhere}/none.sock` };

afterAll(() => {
  lab[Symbol.dispose]();
  rmSync(nowhere, { recursive: true, force: true });
});

describe("a value that does not exist is named, with those that do", () => {
  it.each([
    [["scenario", "server-crsh"], 'Unknown scenario "server-crsh".', 'Did you mean "server-crash"?'],
    [
      ["scenario", "server-crash", "--policy", "cokie"],
      'Unknown policy "cokie".',
      "Allowed: cookie, cookie-hash, cookie-learn",
    ],
    [["scenario", "server-crash", "--store", "redis,mysql"], 'Unknown store "mysql".', ", memory, "],
    [["scenario", "server-crash", "--victim", "app9"], 'Unknown victim "app9".', "Allowed: app1, app2, app3."],
    [["scenario", "server-crash", "--report", "x.docx"], "docx", "json"],
    [["scenario"], "Which scenario?", "server-crash"],
    [["scenario", "login", "--predict"], "nobody can answer here", "Give the answers: --predict cookie."],
    [["scenario", "login", "--predict", "cookie.memory=31"], '--predict is "cookie.memory=31".', "from 0 to 30"],
    [["scenario", "login", "--present"], "nobody can press one here", "say --auto 5s or --no-pause"],
    [["scenario", "login", "--present", "--auto", "soon"], '--auto is "soon".', "such as 5s"],
    [["scenario", "../server-crash"], 'Unknown scenario "../server-crash".', "Allowed:"],
    [["scenario", "server-crash", "--name", "Not_A_Name"], '--name is "Not_A_Name".', "small letters"],
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

describe("--users and --port take whole numbers in their range", () => {
  it.each(["0", "-1", "1.5", "abc", "1000000000", "", "1e3", "0x10"])("--users %s", async (value) => {
    const { exitCode, stderr } = await lab.run(["scenario", "server-crash", "--users", value], { env: noEngine });
    expect(stderr).toContain(`--users is "${value}".`);
    expect(stderr).toContain("Give a whole number from 1 to 100000.");
    expect(exitCode).toBe(64);
  });

  it.each(["0", "65536", "http"])("--port %s", async (value) => {
    const { exitCode, stderr } = await lab.run(["up", "--port", value], { env: noEngine });
    expect(stderr).toContain(`--port is "${value}".`);
    expect(exitCode).toBe(64);
  });
});

describe("an unknown word on the command line", () => {
  it.each([
    [["scenarioo"], "(Did you mean scenario?)"],
    [["scenario", "login", "--usrs", "3"], "(Did you mean --users?)"],
  ])("%j", async (args, hint) => {
    const { exitCode, stderr } = await lab.run(args);
    expect(stderr).toContain(hint);
    expect(exitCode).toBe(64);
  });
});

describe("a machine on which the lab cannot run", () => {
  it("engine not running", async () => {
    const { exitCode, stderr } = await lab.run(["scenario", "server-crash"], { env: noEngine });
    expect(stderr).toContain(`No Docker engine answers at ${nowhere}/none.sock.`);
    expect(stderr).toContain("./scripts/setup.sh");
    expect(exitCode).toBe(3);
  });

  describe("no permission on the socket", () => {
    const folder = mkdtempSync(join(tmpdir(), "session-lab-socket-"));
    const socket = join(folder, "docker.sock");
    let server: Server;
    beforeAll(async () => {
      server = createServer();
      await new Promise<void>((resolve) => server.listen(socket, resolve));
      chmodSync(folder, 0o755);
      chmodSync(socket, 0o000);
    });
    afterAll(() => {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    });

    it("says whose permission is missing, and how to get it", async () => {
      // Root may use any socket: then the command runs as nobody.
      const asNobody = process.getuid?.() === 0 ? { uid: 65_534 } : {};
      const { exitCode, stderr } = await lab.run(["status"], { env: { DOCKER_HOST: `unix://${socket}` }, ...asNobody });
      expect(stderr).toContain(`You may not use the Docker engine at ${socket}`);
      expect(stderr).toContain("usermod -aG docker");
      expect(exitCode).toBe(3);
    });
  });
});

describe("a run folder that cannot be judged", () => {
  const folder = join(nowhere, "run");
  beforeAll(() => mkdirSync(folder));

  it("does not exist", async () => {
    const { exitCode, stderr } = await lab.run(["judge", join(nowhere, "no-such-run")]);
    expect(stderr).toContain("no history.jsonl in");
    expect(stderr).toContain("`lab runs` lists");
    expect(exitCode).toBe(64);
  });

  it.each([
    ["is empty", "", "line 1 is empty"],
    ["is cut off", '{"type":"run","historyVer', "line 1 is not JSON"],
    ["is something else", '{"hello":"world"}\n', 'line 1 has a wrong "type"'],
    ["is binary", "\u0000\u0001\u0002\n", "line 1 is not JSON"],
  ])("has a history that %s", async (_what, text, message) => {
    writeFileSync(join(folder, "history.jsonl"), text);
    const { exitCode, stdout, stderr } = await lab.run(["judge", folder, "--json"]);
    expect(stderr).toContain("is damaged");
    expect(stderr).toContain(message);
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
