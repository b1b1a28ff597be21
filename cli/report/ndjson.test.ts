import { expect, test } from "vitest";
import { serverCrash, stories } from "../verdict/golden/stories.ts";
import { eventsReport } from "./ndjson.ts";
import { rendered, sourceOf } from "./testing/source-of.ts";

test("every event as it is, one a line, and the result last", async () => {
  const story = stories["every-fate"]!();
  const source = await sourceOf(story);
  const lines = (await rendered({ render: eventsReport }, source)).trimEnd().split("\n");
  expect(lines.map((line) => JSON.parse(line))).toEqual([...story.events, { type: "result", result: source.result }]);
});

test("a long history comes in pieces, none missing", async () => {
  const story = serverCrash({ architectures: ["cookie.redis"], users: 300 });
  const source = await sourceOf(story);
  const pieces: string[] = [];
  for await (const piece of eventsReport(source)) pieces.push(piece);
  expect(pieces.length).toBeGreaterThan(3);
  expect(pieces.join("").trimEnd().split("\n")).toHaveLength(story.events.length + 1);
});

test("trials follow one another", async () => {
  const source = await sourceOf(stories["server-crash"]!());
  const twice = { ...source, histories: [...source.histories, ...source.histories] };
  const lines = (await rendered({ render: eventsReport }, twice)).trimEnd().split("\n");
  expect(lines.filter((line) => line.startsWith('{"type":"run"'))).toHaveLength(2);
});
