import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { openEngineLine } from "../testing/cut-off-engine.ts";
import { inventory } from "../testing/engine-inventory.ts";
import { hangMs } from "../testing/engine-pace.ts";
import { labCommand } from "../testing/run-lab.ts";
import type { Result } from "../verdict/result.ts";
import { waitUntil } from "../wait.ts";

const lab = labCommand({ name: "test-trials" });
const small = ["--users", "3", "--policy", "cookie", "--store", "memory,redis"];

afterEach(async () => {
  await lab.run(["down"]);
});
afterAll(() => lab[Symbol.dispose]());

const stored = ({ run }: Result, ...path: string[]) => join(lab.home, "runs", run.id, ...path);
const read = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));

/** Waits until a command has said something on stderr. */
async function hasSaid(command: ReturnType<typeof lab.start>, text: string): Promise<void> {
  let said = "";
  command.stderr.on("data", (more: Buffer) => {
    said += more;
  });
  const { ok } = await waitUntil({ look: async () => said, until: (all) => all.includes(text), deadlineMs: hangMs });
  if (!ok) throw new Error(`"${text}" was not said, but:\n${said}`);
}

describe("a set of trials", () => {
  it("is played as often for a room, stored in one folder, and judged again with the same result", async () => {
    const { exitCode, result, plays } = await lab.json([
      ...["scenario", "server-crash", "--present", "--no-pause", "--trials", "2", "--seed", "5", ...small],
    ]);
    expect(result.faults.map(({ target }) => target)).toEqual(["app2", "app3"]);
    expect(result).toMatchObject({ verdict: "confirmed", run: { trials: 2, seed: 5, complete: true }, leftovers: [] });
    expect(exitCode).toBe(0);

    const { exitReasons, ...again } = result;
    expect(exitReasons).toEqual(["confirmed"]);
    expect(read(stored(result, "result.json"))).toEqual(again);
    expect((await lab.json(["judge", "last"])).result).toEqual(again);
    for (const trial of ["trial-1", "trial-2"])
      for (const file of ["plan.json", "history.jsonl", "result.json"])
        expect(existsSync(stored(result, trial, file))).toBe(true);
    expect((await lab.run(["runs"])).stdout.split("\n")).toHaveLength(plays);
  });

  it("that is interrupted in the second is shown and stored as far as it got, and leaves nothing behind", async () => {
    const command = lab.start(["scenario", "server-crash", "--trials", "3", "--json", ...small]);
    await hasSaid(command, "Trial 2 of 3");
    command.kill("SIGINT");
    const { exitCode, stdout, stderr } = await command;
    expect(exitCode).toBe(130);
    expect(stderr).not.toContain("internal error");
    const { exitReasons, ...result } = JSON.parse(String(stdout)) as Result;
    expect(exitReasons).toEqual(["inconclusive", "interrupted"]);
    expect(result).toMatchObject({ verdict: "inconclusive", run: { complete: false, asked: { trials: 3 } } });
    expect(result.reasons[0]).toMatch(/^the set was cut short: [12] of 3 trials were played$/);
    expect(read(stored(result, "trial-1/result.json"))).toMatchObject({ verdict: "confirmed" });
    expect((await lab.json(["judge", "last"])).result).toEqual(result);
    expect(await inventory("test-trials")).toEqual([]);
  });
});

describe("an engine that goes away when the lab is about to be removed", () => {
  it.each<[string, string[]]>([
    ["one run", []],
    ["a set of trials", ["--trials", "2"]],
  ])(
    "takes nothing from the verdict of %s, which is shown, stored and judged again; the exit code is 3",
    async (_, more) => {
      using line = await openEngineLine({ onRequest: (method) => method === "DELETE" && line.cut() });
      const { exitCode, result, stderr } = await lab.json(["scenario", "server-crash", ...small, ...more], {
        env: { DOCKER_HOST: line.address },
      });
      const { exitReasons, ...verdict } = result;
      expect(verdict).toMatchObject({ verdict: "confirmed", reasons: [], run: { complete: true } });
      expect(exitReasons).toEqual(["confirmed", "environment"]);
      expect(stderr).not.toContain("internal error");
      expect(exitCode).toBe(3);
      expect(read(stored(result, "result.json"))).toEqual(verdict);
      expect((await lab.json(["judge", "last"])).result).toEqual(verdict);
    },
  );
});

describe("lab compare", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("that gets %s while the lab starts ends with %i and leaves nothing behind", async (signal, code) => {
    const command = lab.start(["compare", "--scenario", "login", "--policy", "cookie", "--store", "memory"]);
    await hasSaid(command, "starting the lab");
    command.kill(signal);
    const { exitCode, stdout, stderr } = await command;
    expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: "" });
    expect(stderr).not.toContain("internal error");
    expect(await inventory("test-trials")).toEqual([]);
  });
});
