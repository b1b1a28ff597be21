import { chmodSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { labCommand } from "../testing/run-lab.ts";
import { whoElseRules } from "./own-state.ts";

describe("a folder in which the lab keeps its records", () => {
  const [folder, link] = [0o040000, 0o120000];
  it.each([
    ["one's own", 1000, folder | 0o700, undefined],
    ["one's own, which others may read", 1000, folder | 0o755, undefined],
    ["one's own, with a group that one is in alone", 1000, folder | 0o775, undefined],
    ["root's", 0, folder | 0o755, undefined],
    ["/tmp", 0, folder | 0o1777, undefined],
    ["one's own, which everybody may write", 1000, folder | 0o777, "can be written by everybody"],
    ["root's, which everybody may write", 0, folder | 0o777, "can be written by everybody"],
    ["somebody else's", 1001, folder | 0o700, "belongs to user 1001, not to you (user 1000)"],
    ["one's own link", 1000, link | 0o777, undefined],
    ["somebody else's link", 1001, link | 0o777, "belongs to user 1001, not to you (user 1000)"],
  ])("that is %s", (_, uid, mode, says) => {
    expect(whoElseRules({ uid, mode }, { uid: 1000 })).toBe(says);
  });

  it("may be that of whoever became root", () => {
    expect(whoElseRules({ uid: 1000, mode: folder | 0o700 }, { uid: 0, sudoer: 1000 })).toBeUndefined();
    expect(whoElseRules({ uid: 1000, mode: folder | 0o700 }, { uid: 0 })).toContain("belongs to user 1000");
  });
});

describe("a command", () => {
  const lab = labCommand({ name: "test-own-state" });
  let home: string;
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), "own-state-"));
  });
  afterAll(() => {
    lab[Symbol.dispose]();
    rmSync(home, { recursive: true });
  });

  it.each(["", "labs", "runs"])(
    "does nothing where everybody may write into LAB_HOME/%s, and says so",
    async (name) => {
      const folder = join(home, name);
      mkdirSync(folder, { recursive: true });
      chmodSync(folder, 0o777);
      const { exitCode, stdout, stderr } = await lab.run(["runs"], { env: { LAB_HOME: home } });
      chmodSync(folder, 0o755);
      expect(stderr).toContain(`The lab's folder ${folder.replace(/\/$/, "")} can be written by everybody`);
      expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: "" });
      expect(await lab.run(["runs"], { env: { LAB_HOME: home } })).toMatchObject({ exitCode: 0, stderr: "" });
    },
  );
});
