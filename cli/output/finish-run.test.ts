import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LabError } from "../errors.ts";
import { formatFor } from "../report/formats.ts";
import { crashAndRepair, predictCrash, resultOf, threeUsers } from "../verdict/golden/judging.ts";
import type { Result } from "../verdict/result.ts";
import { type FinishOptions, finishRun } from "./finish-run.ts";

let folder: string;
/** What was written where, in order. */
let written: ["stdout" | "stderr", string][];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "finish-run-"));
  written = [];
  for (const name of ["stdout", "stderr"] as const)
    vi.spyOn(process[name], "write").mockImplementation((text) => written.push([name, String(text)]) > 0);
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
  process.exitCode = undefined;
});

const crash = (bob: "me" | "anonymous") =>
  crashAndRepair(predictCrash(threeUsers())).checksIn("ada", "me").checksIn("bob", bob).checksIn("cyd", "me").ends();
const confirmed = await resultOf(crash("anonymous"));
const refuted = await resultOf(crash("me"));

const engineGone = new LabError("No Docker engine answers.", {
  id: "engine-down",
  todo: "Start it.",
  exit: "environment",
});

/** Ends a run with this result. @returns the exit code, and what was written */
async function finished(
  result: Result,
  { troubles = [], ...options }: Partial<FinishOptions> & { troubles?: unknown[] },
) {
  await finishRun(
    { result, folder, folders: [], troubles },
    { reports: [], json: false, colour: false, interrupt: { received: undefined }, show: () => {}, ...options },
  );
  const of = (name: "stdout" | "stderr") => written.flatMap(([where, text]) => (where === name ? [text] : [])).join("");
  return { exitCode: process.exitCode, stdout: of("stdout"), stderr: of("stderr") };
}

/** A report that could be written when the run began, and cannot now. */
function unwritable() {
  const file = join(folder, "report.md");
  mkdirSync(file);
  return [{ file, format: formatFor(file) }];
}

describe("a complete run", () => {
  it("whose report cannot be written is shown first, then said to have none, and ends with 3", async () => {
    const { exitCode, stdout, stderr } = await finished(confirmed, { reports: unwritable() });
    expect(stdout).toContain("✓ CONFIRMED");
    expect(stderr).toMatch(
      /^lab: The report .*report\.md cannot be written: .*\n {5}The run is stored: .*\n {5}\(report-not-writable\)\n$/,
    );
    expect(written[0]?.[0]).toBe("stdout");
    expect(exitCode).toBe(3);
  });

  it("whose first report cannot be written has the second", async () => {
    const file = join(folder, "report.json");
    const { stderr } = await finished(confirmed, { reports: [...unwritable(), { file, format: formatFor(file) }] });
    expect(stderr.match(/lab: /g)).toHaveLength(1);
    expect(readFileSync(file, "utf8")).toContain('"verdict": "confirmed"');
  });

  it("whose lab could not be removed is shown, and ends with 3", async () => {
    const { exitCode, stdout, stderr } = await finished(confirmed, { troubles: [engineGone] });
    expect(stdout).toContain("✓ CONFIRMED");
    expect(stderr).toBe("lab: No Docker engine answers.\n     Start it.\n     (engine-down)\n");
    expect(exitCode).toBe(3);
  });

  it("that refutes theory ends with 1, whatever failed besides", async () => {
    expect((await finished(refuted, { troubles: [engineGone, new Error("?")] })).exitCode).toBe(1);
  });

  it("after which the lab itself failed ends with 70", async () => {
    const { exitCode, stderr } = await finished(confirmed, { troubles: [engineGone, new Error("a slip")] });
    expect(stderr).toContain("lab: internal error: a slip\n");
    expect(exitCode).toBe(70);
  });

  it("lists in its document every reason for an exit code that applies", async () => {
    const { stdout, stderr, exitCode } = await finished(
      { ...confirmed, leftovers: [{ kind: "network", name: "session-lab-lab_lab" }] },
      { json: true, reports: unwritable(), troubles: [new Error("a slip")] },
    );
    expect(JSON.parse(stdout)).toMatchObject({
      verdict: "confirmed",
      exitReasons: ["confirmed", "leftBehind", "internal", "environment"],
    });
    expect(stderr).toContain("(report-not-writable)");
    expect(exitCode).toBe(70);
  });

  it("ends with its verdict when nothing else failed", async () => {
    const { exitCode, stdout, stderr } = await finished(confirmed, { json: true });
    expect({ exitCode, stderr, reasons: JSON.parse(stdout).exitReasons }).toEqual({
      exitCode: 0,
      stderr: "",
      reasons: ["confirmed"],
    });
  });

  it("of which more cannot be shown is shown all the same, and that is said", async () => {
    const { stdout, stderr, exitCode } = await finished(confirmed, {
      show: () => {
        throw new Error("a slip");
      },
    });
    expect(stdout).toContain("✓ CONFIRMED");
    expect({ stderr: stderr.split("\n")[0], exitCode }).toEqual({
      stderr: "lab: internal error: a slip",
      exitCode: 70,
    });
  });
});

it("a run that was interrupted says what else failed, and ends with the signal's code", async () => {
  const { exitCode, stdout, stderr } = await finished(await resultOf(threeUsers().ends({ complete: false })), {
    json: true,
    interrupt: { received: "SIGTERM" },
    troubles: [engineGone],
  });
  expect(JSON.parse(stdout).exitReasons).toEqual(["inconclusive", "environment", "terminated"]);
  expect(stderr).toContain("(engine-down)");
  expect(exitCode).toBe(143);
});
