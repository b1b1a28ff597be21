import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../cli/paths.ts";
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

it("every file that SECURITY.md names is there, so that each promise has what holds it", () => {
  const text = readFileSync(join(packageRoot, "SECURITY.md"), "utf8");
  const named = [...text.matchAll(/`([\w./*-]+\.(?:ts|sh))`/g)].map(([, file]) => file!);
  const files = ["cli", "scripts", "services"].flatMap((folder) =>
    readdirSync(join(packageRoot, folder), { recursive: true, encoding: "utf8" }).map((file) => `/${folder}/${file}`),
  );
  const isThere = (name: string) => {
    const pattern = new RegExp(`/${name.replaceAll(".", "\\.").replaceAll("*", "[^/]*")}$`);
    return files.some((file) => pattern.test(file));
  };
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !isThere(name))).toEqual([]);
});
