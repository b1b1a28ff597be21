/** Writes what is generated in the documentation: `npm run docs`. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { resultJsonSchema } from "../cli/verdict/result.ts";
import { readmeAsItShouldBe } from "./docs-parts.ts";

const root = join(import.meta.dirname, "..");
const readme = join(root, "README.md");

writeFileSync(readme, await readmeAsItShouldBe(readFileSync(readme, "utf8")));
writeFileSync(join(root, "docs/result.schema.json"), `${JSON.stringify(resultJsonSchema(), null, 2)}\n`);
