import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { processesWith, stateOfProcess, thisProcess } from "./process-identity.ts";

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

it.runIf(process.platform === "linux")("finds a process by a line of its environment, exactly", async () => {
  // These tests may run beside themselves.
  const id = randomUUID();
  const child = spawn("sleep", ["60"], { env: { ...process.env, LAB_ID: id } });
  try {
    await once(child, "spawn");
    await expect.poll(() => processesWith(`LAB_ID=${id}`)).toEqual([child.pid]);
    expect(processesWith(`LAB_ID=${id.slice(0, -1)}`)).toEqual([]);
  } finally {
    child.kill("SIGKILL");
  }
});
