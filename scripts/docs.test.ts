import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readmeAsItShouldBe } from "./docs-parts.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

it("the README's report, scenarios, exit codes and fates are those of the code (npm run docs writes them)", async () => {
  expect(readme).toBe(await readmeAsItShouldBe(readme));
});
