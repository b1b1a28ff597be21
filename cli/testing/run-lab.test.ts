import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { labCommand } from "./run-lab.ts";

const slow =
  "cookie.memory inconclusive: 2 of 6 sessions could not be judged: the balancer gave up on app1, which nobody had broken: it was too slow, or died";

let root: string;
let told: string[];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "run-lab-"));
  told = [];
  vi.spyOn(console, "warn").mockImplementation((line: string) => void told.push(line));
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true });
});

it.each([
  ["is played again until it came to a verdict", [[slow], [slow], []], [], 3],
  ["is played no more than three times, and its outcome stands", [[slow], [slow], [slow], []], [slow], 3],
  [
    "is played once where something else is the reason",
    [["fault not confirmed: kill app2"], []],
    ["fault not confirmed: kill app2"],
    1,
  ],
])("a run that a slow machine kept from a verdict %s", async (_, reasonsOfPlays, reasons, plays) => {
  using lab = labCommand({ name: "test-none", root: labThatSays(reasonsOfPlays) });
  const { result, plays: said } = await lab.json(["scenario", "any"]);
  expect([result.reasons, said]).toEqual([reasons, plays]);
  expect(readFileSync(join(root, "plays"), "utf8")).toHaveLength(plays);
  expect(told).toEqual(Array.from({ length: plays - 1 }, () => `\`lab scenario any\` is played again: ${slow}`));
});

/** A package whose `lab` prints one result after the other. */
function labThatSays(reasonsOfPlays: readonly string[][]): string {
  mkdirSync(join(root, "dist/cli"), { recursive: true });
  writeFileSync(
    join(root, "dist/cli/main.js"),
    `const { appendFileSync, readFileSync } = require("node:fs");
    const plays = ${JSON.stringify(join(root, "plays"))};
    appendFileSync(plays, "+");
    const reasons = ${JSON.stringify(reasonsOfPlays)}[readFileSync(plays).length - 1];
    console.log(JSON.stringify({ reasons }));`,
  );
  return root;
}
