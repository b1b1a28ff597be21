/** A run may come from anybody: its folder is read, and nothing in it is obeyed. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { demoRun } from "./lab/paths.ts";
import { findRunFolder } from "./lab/runs.ts";
import { labCommand } from "./testing/run-lab.ts";

const script = "<img src=x onerror=alert(1)>";
const bell = "\u0007\u001b]0;owned\u0007";

let folder: string;
let run: string;
const lab = labCommand({ name: "test-hostile" });
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hostile-"));
  run = join(folder, "run");
  mkdirSync(run);
  const history = readFileSync(join(demoRun, "history.jsonl"), "utf8")
    .replace(/"id":"[^"]+"/, `"id":"../../../../evil"`)
    .replace(/"question":"[^"]+"/, `"question":${JSON.stringify(`${script}${bell}`)}`)
    .replaceAll("cookie.memory/1", `${script}/1`)
    .replaceAll("item-1-of", JSON.stringify(`${script}${bell}`).slice(1, -1));
  writeFileSync(join(run, "history.jsonl"), history);
});
afterAll(() => {
  lab[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

describe("a run whose names are markup, control characters and paths", () => {
  it.each([["judge"], ["replay"]])(
    "%s reads it, writes no file and sends the terminal no control character",
    async (verb) => {
      const before = readdirSync(folder, { recursive: true });
      const { exitCode, stdout, stderr } = await lab.run([verb, run]);
      expect({ exitCode, stderr }).toMatchObject({ exitCode: 0, stderr: "" });
      // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
      expect(`${stdout}${stderr}`).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/);
      expect(readdirSync(folder, { recursive: true })).toEqual(before);
    },
  );

  it("report writes the named files only, and no markup of the run into them", async () => {
    const files = ["run.html", "run.md", "run.xml"].map((file) => join(folder, file));
    expect(await lab.run(["report", run, ...files])).toMatchObject({ exitCode: 0 });
    for (const file of files) expect(readFileSync(file, "utf8")).not.toContain(script);
    expect(readdirSync(folder).sort()).toEqual(["run", "run.html", "run.md", "run.xml"]);
    expect(readdirSync(lab.home)).toEqual([]);
  });
});

describe("a run's name that leads elsewhere", () => {
  it.each(["..", "../..", "../../../../etc", "/etc", "/proc/self", "%2e%2e%2f", "last/..", "run\n", "a\0b"])(
    "%j is no run",
    (name) => {
      expect(() => findRunFolder(name, folder)).toThrow(expect.objectContaining({ id: "unknown-run" }));
    },
  );

  it.each(["judge", "replay", "report"])("%s says so and writes nothing", async (verb) => {
    const file = verb === "report" ? [join(lab.home, "out.html")] : [];
    const { exitCode, stdout, stderr } = await lab.run([verb, "../..", ...file]);
    expect(stderr).toContain('There is no run "../.."');
    expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: "" });
    expect(readdirSync(lab.home)).toEqual([]);
  });
});
