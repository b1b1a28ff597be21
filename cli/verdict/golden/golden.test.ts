import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { parseEvent } from "../../history/events.ts";
import { readHistory } from "../../history/reader.ts";
import { fates } from "../fates.ts";
import { judge } from "../judge.ts";
import { formattedJson } from "./formatted-json.ts";
import { stories } from "./stories.ts";

const folder = fileURLToPath(new URL(".", import.meta.url));
const names = Object.keys(stories);

test.each(names)("the history of %s on disk is the one that its story tells", async (name) => {
  await expect(stories[name]!().text()).toMatchFileSnapshot(`${folder}${name}.jsonl`);
});

test.each(names)("the history of %s on disk is judged as it was approved", async (name) => {
  const result = await judge(readHistory(`${folder}${name}.jsonl`));
  await expect(formattedJson(result)).toMatchFileSnapshot(`${folder}${name}.result.json`);
});

/** Nobody writes these any more: they are as they were. */
const ofOld = `${folder}version-1/`;

test.each(names)("the history of %s that an older lab wrote is judged as it always was", async (name) => {
  expect(readFileSync(`${ofOld}${name}.jsonl`, "utf8")).toContain('"historyVersion":1,');
  const result = await judge(readHistory(`${ofOld}${name}.jsonl`));
  await expect(formattedJson(result)).toMatchFileSnapshot(`${folder}${name}.result.json`);
});

test.each([
  ["now", folder],
  ["by an older lab", ofOld],
])("every history that was stored %s has a story", (_, place) => {
  const stored = readdirSync(place).filter((file) => file.endsWith(".jsonl"));
  expect(stored.sort()).toEqual(names.map((name) => `${name}.jsonl`).sort());
});

/** Other names for the services; policies, stores, programs and their versions keep theirs. */
function renamed(text: string): string {
  return text
    .replaceAll(/\bapp(\d)\b/g, "web$1")
    .replaceAll(/("(?:name|target)": ?)"(nginx|balancer)"/g, '$1"the-$2"')
    .replaceAll(/("(?:name|target|server)": ?)"redis/g, '$1"cache')
    .replaceAll(/("evidence": ?)"redis(?= |-\w+ )/g, '$1"cache');
}

test.each(names)("the history of %s is judged the same whatever its services are called", async (name) => {
  const lines = renamed(stories[name]!().text()).trim().split("\n");
  const result = await judge(lines.map((line) => parseEvent(JSON.parse(line))));
  expect(result).toEqual(JSON.parse(renamed(readFileSync(`${folder}${name}.result.json`, "utf8"))));
});

test("every fate happens in one of the stored histories", async () => {
  const { architectures } = await judge(readHistory(`${folder}every-fate.jsonl`));
  expect(Object.keys(architectures[0]!.fates).sort()).toEqual(Object.keys(fates).sort());
});
