import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../paths.ts";
import { resultSchema } from "../verdict/result.ts";
import { predictionReport } from "./predictions.ts";

const result = resultSchema.parse(JSON.parse(readFileSync(join(packageRoot, "docs/example/result.json"), "utf8")));
const page = { columns: 80, colour: false };

it("puts each prediction beside the measurement, and says why where it was wrong", () => {
  const predictions = [
    { architecture: "cookie.memory", survivors: 30 },
    { architecture: "cookie.redis", survivors: 30 },
    { architecture: "round-robin.memory", survivors: 3 },
  ];
  expect(predictionReport(predictions, result, page)).toMatchInlineSnapshot(`
    "Your prediction beside the measurement: 1 of 3 right
    ┌────────────────────┬──────────┬───────────────┬───────────────┐
    │ architecture       │ you said │ measured      │               │
    ├────────────────────┼──────────┼───────────────┼───────────────┤
    │ cookie.memory      │ 30/30    │ 20/30 lost 10 │ ✗ 10 too many │
    │ cookie.redis       │ 30/30    │ 30/30         │ ✓ right       │
    │ round-robin.memory │ 3/30     │ flickers      │ ✗ 3 too many  │
    └────────────────────┴──────────┴───────────────┴───────────────┘
    - cookie.memory, 10 sessions: the session lived in the memory of the process
      that died
    - round-robin.memory, 30 sessions: without affinity most requests reach an app
      server that does not hold the session, even when nothing is broken
    "
  `);
});

it("offers no reason of theory's where theory was wrong, too", () => {
  const architectures = result.architectures.map((one) => ({ ...one, mismatches: 1 }));
  const report = predictionReport([{ architecture: "cookie.memory", survivors: 30 }], { architectures }, page);
  expect(report).toContain("- cookie.memory: theory was wrong here, too");
  expect(report).not.toContain("process");
});
