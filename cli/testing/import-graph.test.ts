import { expect, it } from "vitest";
import { circlesIn } from "./circles.ts";
import { importsIn } from "./import-graph.ts";

it.each([
  ['import { a } from "./a.ts";', "value"],
  ['import "./a.ts";', "value"],
  ['import a, { type B } from "./a.ts";', "value"],
  ['import { a, type B } from "./a.ts";', "value"],
  ['import * as a from "./a.ts";', "value"],
  ['export { a } from "./a.ts";', "value"],
  ['export * from "./a.ts";', "value"],
  ['const { a } = await import("./a.ts");', "value, dynamic"],
  ["const { a } = await import(`./a.ts`);", "value, dynamic"],
  ['import type { A } from "./a.ts";', "types"],
  ['import { type A, type B } from "./a.ts";', "types"],
  ['export type { A } from "./a.ts";', "types"],
  ['let a: import("./a.ts").A;', "types"],
])("`%s` imports %s", (text, how) => {
  const typeOnly = how === "types";
  expect(importsIn(text)).toEqual([{ path: "./a.ts", typeOnly, dynamic: how.endsWith("dynamic") }]);
});

it.each([
  'import { a } from "a";',
  '// import { a } from "./a.ts";',
  'const text = "import { a } from \\"./a.ts\\"";',
  "export const a = 1;",
])("`%s` imports no file", (text) => {
  expect(importsIn(text)).toEqual([]);
});

function circlesOf(arrows: string): string[] {
  const graph = new Map<string, string[]>();
  for (const arrow of arrows.split(" ")) {
    const [from, to] = arrow.split(">");
    graph.set(from!, [...(graph.get(from!) ?? []), ...(to ? [to] : [])]);
  }
  return circlesIn(graph);
}

it.each([
  ["a>b b>c a>c d>a", []],
  ["a>a", ["a -> a"]],
  ["a>b b>a", ["a -> b -> a"]],
  ["e>a a>b b>c c>a c>d", ["a -> b -> c -> a"]],
  ["a>b b>a c>d d>c b>c", ["a -> b -> a", "c -> d -> c"]],
  // A knot is told by its shortest circle.
  ["a>b b>c c>d d>a d>c", ["c -> d -> c (of 4 files that all lead to each other)"]],
])("of %s the circles are %j", (arrows, circles) => {
  expect(circlesOf(arrows)).toEqual(circles);
});
