/**
 * How large the house is, and how well it stands, in a few lines to be compared with those of another commit:
 *
 *   npx tsx scripts/figures.ts [FOLDER]     FOLDER: another checkout (git worktree add FOLDER COMMIT); default: this one
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../cli/paths.ts";
import { circlesIn } from "../cli/testing/circles.ts";
import { importsOf, typeScriptFiles } from "../cli/testing/import-graph.ts";
import { table } from "./markdown-table.ts";

const root = process.argv[2] ?? packageRoot;
const files = typeScriptFiles(root);
const imports = files.flatMap((file) => importsOf(root, file));
const graph = new Map(files.map((file) => [file, [] as string[]]));
for (const { from, to } of imports) graph.get(from)?.push(to);
const circles = circlesIn(graph);

const isTest = (file: string) => file.endsWith(".test.ts") || /\/(testing|golden|whole)\//.test(file);
const dynamic = imports.filter(({ from, dynamic }) => dynamic && from.startsWith("cli/commands/") && !isTest(from));
const rows = [
  ...sizes(
    "sources",
    files.filter((file) => !isTest(file)),
  ),
  ...sizes("tests", files.filter(isTest)),
  ["circles of files", `${circles.length}`],
  ["files at the root of cli/", `${files.filter((file) => /^cli\/[^/]+$/.test(file) && !isTest(file)).length}`],
  ["dynamic imports in cli/commands", `${dynamic.length}`],
];
console.log(table(["what", "figure"], rows));
for (const circle of circles) console.log(`\n${circle}`);

function sizes(what: string, some: readonly string[]): string[][] {
  const lines = some.map((file) => ({ file, lines: readFileSync(join(root, file), "utf8").split("\n").length - 1 }));
  lines.sort((one, other) => one.lines - other.lines);
  const longest = lines.at(-1)!;
  return [
    [`${what}: files`, `${lines.length}`],
    [`${what}: lines`, `${lines.reduce((sum, one) => sum + one.lines, 0)}`],
    [`${what}: lines of the median file`, `${lines[Math.floor(lines.length / 2)]!.lines}`],
    [`${what}: lines of the longest file`, `${longest.lines} (${longest.file})`],
  ];
}
