import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packageRoot } from "../paths.ts";
import { dropDeadLocks, underLock } from "./lock.ts";
import { thisProcess } from "./process-identity.ts";

let home: string;
let folder: string;
let path: string;
let file: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "lock-"));
  folder = join(home, "labs");
  path = join(folder, "lab.lists.lock");
  file = join(home, "count");
  writeFileSync(file, "0");
});
afterEach(() => rmSync(home, { recursive: true }));

const program = join(packageRoot, "cli/testing/count-under-lock.ts");
const counting = (times: number | "for-ever" | "exit") =>
  execa("node", ["--import", "tsx", program, path, file, `${times}`]);
const lock = () => ({ path, what: "counting" });

/** A hold that somebody has left who is dead now. */
function leaveDeadHold(at = path): void {
  mkdirSync(folder, { recursive: true });
  symlinkSync(JSON.stringify({ ...thisProcess(), startedAt: "1", since: "then", id: at }), at);
}

describe("a lock between processes", () => {
  it("lets no process miss what another one did under it, and leaves no file", async () => {
    await Promise.all([counting(150), counting(150), counting(150), counting(150)]);
    expect(readFileSync(file, "utf8")).toBe("600");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is taken over from a holder that was killed, by one of all who wait for it at a time", async () => {
    const holder = counting("for-ever");
    await once(holder.stdout, "data");
    const others = [counting(100), counting(100), counting(100)];
    holder.kill("SIGKILL");
    await expect(holder).rejects.toMatchObject({ signal: "SIGKILL" });
    await Promise.all(others);
    expect(readFileSync(file, "utf8")).toBe("300");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is taken over even when the one who was taking it over was killed, too", async () => {
    leaveDeadHold();
    leaveDeadHold(`${path}.heirs.lock`);
    expect(await underLock(lock(), async () => "done")).toBe("done");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is given back by a process that exits in the middle", async () => {
    await counting("exit");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("of a process that was killed is removed by the next command, though nobody waits for it", async () => {
    const holder = counting("for-ever");
    await once(holder.stdout, "data");
    expect(readdirSync(folder)).toEqual(["lab.lists.lock"]);
    holder.kill("SIGKILL");
    await holder.catch(() => {});
    dropDeadLocks(folder);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is not taken from who lives: the error says who holds it, since when, and what to do", async () => {
    await underLock(lock(), async () => {
      dropDeadLocks(folder);
      const { pid, host } = thisProcess();
      await expect(underLock({ ...lock(), deadlineMs: 30 }, async () => "both")).rejects.toMatchObject({
        id: "locked",
        exit: "environment",
        message: expect.stringMatching(new RegExp(`^Process ${pid} on ${host} has been counting since \\d{4}-.+Z\\.$`)),
        todo: expect.stringContaining(`end it (kill ${pid}); if there is no such process, remove ${path}`),
      });
    });
  });

  it("is waited for no longer when the caller is interrupted", async () => {
    const caller = new AbortController();
    await underLock(lock(), async () => {
      const waiting = underLock({ ...lock(), signal: caller.signal }, async () => "both");
      caller.abort(new Error("interrupted"));
      await expect(waiting).rejects.toThrow("interrupted");
    });
    expect(await underLock(lock(), async () => "free")).toBe("free");
  });

  it("is given back when what was done under it failed", async () => {
    await expect(underLock(lock(), () => Promise.reject(new Error("refused")))).rejects.toThrow("refused");
    expect(readdirSync(folder)).toEqual([]);
  });

  it("keeps nobody from anything where there is no folder to write in", async () => {
    writeFileSync(folder, "a file");
    expect(await underLock(lock(), async () => "removed")).toBe("removed");
  });

  it.each([
    ["null", "null"],
    ["a holder without a process", "{}"],
    ["a host that moves the cursor", JSON.stringify({ ...thisProcess(), host: "\u001b[2J", since: "then", id: "x" })],
    ["a since that is no text", JSON.stringify({ ...thisProcess(), since: 7, id: "x" })],
  ])("that names %s was written by nobody of the lab, and nothing of it is shown", async (_, target) => {
    mkdirSync(folder);
    symlinkSync(target, path);
    dropDeadLocks(folder);
    await expect(underLock({ ...lock(), deadlineMs: 30 }, async () => "done")).rejects.toMatchObject({
      message: `${path}, which nobody of the lab has written, is in the way of counting.`,
    });
  });

  it("is not taken for held by nobody when a file of another kind has its name", async () => {
    mkdirSync(folder);
    writeFileSync(path, "mine");
    await expect(underLock({ ...lock(), deadlineMs: 30 }, async () => "done")).rejects.toMatchObject({
      message: `${path}, which nobody of the lab has written, is in the way of counting.`,
      todo: "Remove it, and run the command again.",
    });
    expect(readFileSync(path, "utf8")).toBe("mine");
  });
});
