import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { userInfo } from "node:os";
import { afterEach, describe, expect, it, vi } from "vitest";
import { stateOfProcess, thisProcess, thisUser } from "./process-identity.ts";

/** Processes that /proc does not show. */
const hidden = vi.hoisted(() => ({ pids: [] as number[] }));
vi.mock("node:fs", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:fs")>();
  const readFileSync = ((path: string, ...rest: []) => {
    if (hidden.pids.some((pid) => path === `/proc/${pid}/stat`))
      throw Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" });
    return real.readFileSync(path, ...rest);
  }) as typeof real.readFileSync;
  return { ...real, readFileSync };
});
const unnamed = vi.hoisted(() => ({ isSo: false }));
vi.mock("node:os", async (importOriginal) => {
  const real = await importOriginal<typeof import("node:os")>();
  const userInfo = (() => {
    if (unnamed.isSo) throw new Error("ENOENT: no such file or directory, uv_os_get_passwd");
    return real.userInfo();
  }) as typeof real.userInfo;
  return { ...real, userInfo };
});
/** More than any machine numbers (proc(5), pid_max). */
const noProcess = 2 ** 22 + 1;

it("this process is alive", () => {
  expect(stateOfProcess(thisProcess())).toBe("alive");
});

it("a process id that somebody else has by now is dead", () => {
  expect(stateOfProcess({ ...thisProcess(), startedAt: "1" })).toBe("dead");
});

it("a process of an earlier boot is dead, though its id and its start are to be found again", () => {
  expect(stateOfProcess({ ...thisProcess(), bootId: "the boot before the power cut" })).toBe("dead");
});

it("a process of another machine, or of another container, is not for this one to judge", () => {
  expect(stateOfProcess({ ...thisProcess(), host: "elsewhere", bootId: "another" })).toBe("unknown");
  expect(stateOfProcess({ ...thisProcess(), pidNamespace: "pid:[1]", startedAt: "1" })).toBe("unknown");
});

it.runIf(process.platform === "linux")(
  "a process that has ended is dead, though its parent takes no notice",
  async () => {
    // `sleep` never asks for its children: the one that the shell leaves to it stays a zombie.
    const parent = spawn("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 60"], {
      stdio: ["ignore", "pipe", "ignore"],
    });
    try {
      const [pid] = (await once(parent.stdout, "data")) as [Buffer];
      const stat = () => readFileSync(`/proc/${Number(pid)}/stat`, "utf8").split(" ");
      await expect.poll(() => stat()[2]).toBe("Z");
      expect(stateOfProcess({ ...thisProcess(), pid: Number(pid), startedAt: stat()[21]! })).toBe("dead");
    } finally {
      parent.kill("SIGKILL");
    }
  },
);

describe("where the processes of others are hidden (/proc with hidepid),", () => {
  // There, and not to be looked at: as the first process of the machine is for an ordinary user then.
  const first = { ...thisProcess(), pid: 1 };
  afterEach(() => {
    hidden.pids = [];
  });

  it("one that is there is not for this user to judge", () => {
    hidden.pids = [1];
    expect(stateOfProcess(first)).toBe("unknown");
  });

  it("one that is not there is dead", () => {
    hidden.pids = [noProcess];
    expect(stateOfProcess({ ...first, pid: noProcess })).toBe("dead");
  });
});

it("a container and its machine have different names for one boot: what they number together can be looked at", () => {
  expect(stateOfProcess({ ...thisProcess(), host: "another name" })).toBe("alive");
  expect(stateOfProcess({ ...thisProcess(), host: "another name", startedAt: "1" })).toBe("dead");
});

it("the user has a name, if only his number", () => {
  expect(thisUser()).toBe(userInfo().username);
  unnamed.isSo = true;
  expect(thisUser()).toBe(`uid-${process.getuid?.()}`);
});
