import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { buildProgram } from "../../commands/program.ts";
import { packageRoot } from "../../paths.ts";
import { completeLine } from "./completion.ts";

async function complete(...words: string[]): Promise<string[] | "files"> {
  const found = await completeLine(buildProgram(), words);
  return found === "files" ? found : found.map(({ value }) => value);
}

describe("what may stand where the cursor is", () => {
  it.each([
    [["comple"], ["completion"]],
    [["help", "scen"], ["scenario"]],
    [["images", "s"], ["save"]],
    [["scenario", "redis-r"], ["redis-restart"]],
    [["scenario", "--json", "--users", "3", "server-cr"], ["server-crash"]],
    [["--debug", "scenario", "server-cr"], ["server-crash"]],
    [
      ["scenario", "--victim", ""],
      ["app1", "app2", "app3"],
    ],
    [["scenario", "--policy", "ip"], ["ip-hash"]],
    [["scenario", "--policy=ip"], ["--policy=ip-hash"]],
    [["scenario", "--policy", "=", "ip"], ["ip-hash"]],
    [["scenario", "--store", "redis,mem"], ["redis,memory"]],
    [["scenario", "--dry"], ["--dry-run"]],
    [["scenario", "login", "--no-c"], ["--no-color"]],
    [["scenario", "--users", ""], []],
    [["fault", "kill", "ngi"], ["nginx"]],
    [["user", "alice", "wh"], ["whoami"]],
    [["user", "alice", "login", "--at", "cookie.redis-r"], ["cookie.redis-rdb"]],
    [["explain", "sticky"], []],
    [["explain", "session-a"], ["session-affinity"]],
    [["completion", "f"], ["fish"]],
    [["workshop", "so"], ["solve"]],
    [
      ["workshop", "check", "server-"],
      ["server-dies", "server-returns"],
    ],
    [["scenario", "--report", ""], "files"],
    [["images", "load", "x"], "files"],
    [["no-such-command", ""], []],
  ])("%j", async (words, expected) => {
    expect(await complete(...words)).toEqual(expected);
  });

  it("a store that is in the list already is not proposed again", async () => {
    expect(await complete("scenario", "--store", "redis,redis")).not.toContain("redis,redis");
  });
});

/** Each press of the key is a process or two. */
describe("the script for bash", { timeout: 60_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "session-lab-completion-"));
  beforeAll(() => {
    for (const name of ["lab", "session-lab"]) symlinkSync(join(packageRoot, "dist/cli/main.js"), join(folder, name));
    mkdirSync(join(folder, "runs/20990101-000000-login-abcd"), { recursive: true });
    writeFileSync(join(folder, "a report.txt"), "");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function press(...words: string[]): Promise<string[]> {
    return pressAfter("lab", ...words);
  }

  /** @param command as it was typed */
  async function pressAfter(command: string, ...words: string[]): Promise<string[]> {
    const { stdout } = await execa(
      "bash",
      [
        "-uc",
        `source <(lab completion bash); source <(lab completion bash)
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lab_complete; printf '%s\\n' "\${COMPREPLY[@]}"`,
        "bash",
        command,
        ...words,
      ],
      { cwd: folder, env: { PATH: `${folder}:${process.env.PATH}`, LAB_HOME: folder } },
    );
    return stdout.split("\n").filter(Boolean);
  }

  it("proposes what `lab complete` says, the stored runs included", async () => {
    expect(await press("scenario", "server-cr")).toEqual(["server-crash"]);
    expect(await press("judge", "")).toEqual(["last", "20990101-000000-login-abcd"]);
    expect(await press("scenario", "--store", "=", "redis-r")).toEqual(["redis-rdb"]);
  });

  it("proposes file names, blanks included, where a file is wanted", async () => {
    expect(await press("scenario", "--report", "a")).toEqual(["a report.txt"]);
  });

  it("runs nothing of what was typed", async () => {
    expect(await press("scenario", "$(touch ran)", "`touch ran`")).toEqual([]);
    expect(await press("scenario", "--report", "ran")).toEqual([]);
  });

  it.each(["lab", "session-lab", "/usr/bin/session-lab", "~/bin/lab"])("answers after %s", async (command) => {
    expect(await pressAfter(command, "completion", "f")).toEqual(["fish"]);
  });

  it.each(["(touch-it", "touch-it", "./touch-it", "elsewhere/lab"])(
    "never runs %j, which stands before it",
    async (typed) => {
      const ran = join(folder, "ran");
      mkdirSync(join(folder, "elsewhere"), { recursive: true });
      writeFileSync(join(folder, typed), `#!/bin/sh\ntouch '${ran}'\n`, { mode: 0o755 });
      expect(await pressAfter(typed, "completion", "f")).toEqual(["fish"]);
      expect(existsSync(ran)).toBe(false);
    },
  );
});

it("a run's folder whose name would do something in a shell is not proposed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "session-lab-names-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const names = ["x;touch ran", "$(touch ran)", "`touch ran`", "a blank", "a\nline", "-x", "\u001b[31m", "\u202e", "'"];
  for (const name of [...names, "sound.one"]) mkdirSync(join(folder, "runs", name), { recursive: true });
  const lab = join(packageRoot, "dist/cli/main.js");
  const env = { LAB_HOME: folder };
  const { stdout } = await execa(process.execPath, [lab, "complete", "--", "judge", ""], { env });
  expect(stdout).toBe("last\t\nsound.one\t");
});

it("a shell without a script is named, with those that have one", async () => {
  const { exitCode, stderr } = await execa(process.execPath, ["dist/cli/main.js", "completion", "tcsh"], {
    cwd: packageRoot,
    reject: false,
  });
  expect(stderr).toContain('Unknown shell "tcsh".');
  expect(stderr).toContain("Allowed: bash, zsh, fish.");
  expect(exitCode).toBe(64);
});
