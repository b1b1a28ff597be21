import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { guideAsItShouldBe, readmeAsItShouldBe } from "./docs-parts.ts";
import { cheatSheet } from "./workshop-docs.ts";

const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");

it("the README's report, scenarios, exit codes and fates are those of the code (npm run docs writes them)", async () => {
  expect(readme).toBe(await readmeAsItShouldBe(readme));
});

it("the instructor guide's lessons are those of the code, with what was measured", async () => {
  const guide = readFileSync(join(import.meta.dirname, "../docs/instructor-guide.md"), "utf8");
  expect(guide).toBe(await guideAsItShouldBe(guide));
});

it("the cheat sheet has the commands as they are", () => {
  expect(readFileSync(join(import.meta.dirname, "../docs/cheat-sheet.md"), "utf8")).toBe(cheatSheet());
});
