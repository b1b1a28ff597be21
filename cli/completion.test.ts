import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { completeLine } from "./completion.ts";
import { packageRoot } from "./lab/paths.ts";
import { buildProgram } from "./program.ts";

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
    symlinkSync(join(packageRoot, "dist/cli/main.js"), join(folder, "lab"));
    mkdirSync(join(folder, "runs/20990101-000000-login-abcd"), { recursive: true });
    writeFileSync(join(folder, "a report.txt"), "");
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function press(...words: string[]): Promise<string[]> {
    const { stdout } = await execa(
      "bash",
      [
        "-uc",
        `source <(lab completion bash); source <(lab completion bash)
        COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _lab_complete; printf '%s\\n' "\${COMPREPLY[@]}"`,
        "bash",
        "lab",
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
