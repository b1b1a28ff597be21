/** Writes what is generated in the documentation: `npm run docs`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { resultJsonSchema } from "../cli/verdict/result.ts";
import { architectureAsItShouldBe, guideAsItShouldBe, readmeAsItShouldBe } from "./docs-parts.ts";
import { cheatSheet } from "./workshop-docs.ts";

const root = join(import.meta.dirname, "..");
const readme = join(root, "README.md");

writeFileSync(readme, await readmeAsItShouldBe(readFileSync(readme, "utf8")));
writeFileSync(join(root, "docs/result.schema.json"), `${JSON.stringify(resultJsonSchema(), null, 2)}\n`);
const guide = join(root, "docs/instructor-guide.md");
writeFileSync(guide, await guideAsItShouldBe(readFileSync(guide, "utf8")));
writeFileSync(join(root, "docs/cheat-sheet.md"), cheatSheet());
const architecture = join(root, "docs/architecture.md");
writeFileSync(architecture, await architectureAsItShouldBe(readFileSync(architecture, "utf8")));
