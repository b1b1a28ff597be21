import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../cli/paths.ts";
import { architectureAsItShouldBe, guideAsItShouldBe, readmeAsItShouldBe } from "./docs-parts.ts";
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

it("the page on the architecture has the rooms as they are", async () => {
  const page = readFileSync(join(packageRoot, "docs/architecture.md"), "utf8");
  expect(page).toBe(await architectureAsItShouldBe(page));
});

it.each([
  ["README.md", 10],
  ["CONTRIBUTING.md", 20],
  ["SECURITY.md", 20],
  ["docs/architecture.md", 15],
])("every file that %s names is there, and it names more than %i", (page, names) => {
  const text = readFileSync(join(packageRoot, page), "utf8");
  const named = [...text.matchAll(/`(\w[\w./*-]+\.(?:ts|sh|conf|yaml))`/g)].map(([, file]) => file!);
  const files = ["cli", "scripts", "services", "compose", "nginx"].flatMap((folder) =>
    readdirSync(join(packageRoot, folder), { recursive: true, encoding: "utf8" }).map((file) => `/${folder}/${file}`),
  );
  const isThere = (name: string) => {
    const pattern = new RegExp(`/${name.replaceAll(".", "\\.").replaceAll("*", "[^/]*")}$`);
    return files.some((file) => pattern.test(file));
  };
  expect(named.length).toBeGreaterThan(names);
  expect(named.filter((name) => !isThere(name))).toEqual([]);
});
