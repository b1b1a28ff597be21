/** Whatever is in a run's folder: it is judged, shown and told in every format, or refused; and nothing of it is obeyed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Chalk } from "chalk";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { LabError } from "../errors.ts";
import { findRunFolder, newRunFolder, runFiles } from "../experiment/run-folders.ts";
import { listRuns } from "../experiment/stored-runs.ts";
import { readHistory } from "../history/reader.ts";
import type { Film } from "../picture/film.ts";
import { Playback } from "../picture/playback.ts";
import { frame } from "../replay/frame.ts";
import { loadFilm } from "../replay/load-film.ts";
import { timeline } from "../replay/plain-lines.ts";
import { reportFormats } from "../report/formats.ts";
import type { ReportSource } from "../report/source.ts";
import { strangeInMarkdown, strangeInPage, strangeInTerminal } from "../report/testing/escaped.ts";
import { nastyTexts, withHostileTexts } from "../report/testing/hostile.ts";
import { rendered } from "../report/testing/source-of.ts";
import { parseXml } from "../report/testing/well-formed-xml.ts";
import { widthOf } from "../report/text.ts";
import { fuzzing } from "../testing/fuzzing.ts";
import { stories } from "../verdict/golden/stories.ts";
import { judge } from "../verdict/judge.ts";
import { damage } from "../verdict/testing/damage.ts";
import { writeFilm } from "../watch/film-page.ts";

/** A tenth of the damaged histories of cli/verdict/damage.test.ts: each run is told in every way there is. */
const numRuns = Math.ceil(fuzzing.numRuns / 10);
const timeoutMs = 240_000 + 100 * numRuns;

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), "damaged-run-"));
  vi.stubEnv("LAB_HOME", home);
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

/** Sound runs, and the same with markup, commands and control characters behind every name. */
const histories = new Map(
  Object.entries(stories).flatMap(([name, story]) => {
    const { events } = story();
    const spoilt = nastyTexts.map((nasty) => [`${name} with ${nasty}`, withHostileTexts(events, nasty)] as const);
    return [[name, events] as const, ...spoilt].map(([called, told]) => [called, told.map(toLine).join("")] as const);
  }),
);
const aResult = readFileSync(join(import.meta.dirname, "../verdict/golden/every-fate.result.json"), "utf8");

test("a damaged run is judged, reported and replayed, or refused by all three with the same clear error", {
  timeout: timeoutMs,
}, async () => {
  const outcomes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...histories.keys()), damage(), damage(), async (name, spoil, spoilResult) => {
      const folder = newRunFolder("a-run");
      writeFileSync(join(folder, runFiles.history), spoil(histories.get(name)!));
      writeFileSync(join(folder, runFiles.result), spoilResult(aResult));
      const file = join(findRunFolder("a-run"), runFiles.history);

      const judged = await outcomeOf(() => judge(readHistory(file)));
      const film = await outcomeOf(() => loadFilm(file));
      outcomes.add(judged.refusal ? judged.refusal.id : judged.value.verdict);
      expect(film.refusal?.message).toBe(judged.refusal?.message);
      for (const { verdict } of listRuns()) expect(verdict).toMatch(/^[a-z ?]{0,20}$/);
      if (judged.refusal || film.refusal) return;
      await isReported({ result: judged.value, histories: [() => readHistory(file)] });
      await isReplayed(film.value);
    }),
    { ...fuzzing, numRuns },
  );
  expect([...outcomes].sort()).toEqual(["confirmed", "history-damaged", "inconclusive", "refuted"]);
});

function toLine(event: object): string {
  return `${JSON.stringify(event)}\n`;
}

/** A value, or the error that the lab's user reads; anything else is thrown on. */
async function outcomeOf<Value>(
  act: () => Promise<Value>,
): Promise<{ value: Value; refusal?: undefined } | { refusal: LabError }> {
  try {
    return { value: await act() };
  } catch (error) {
    if (error instanceof LabError) return { refusal: error };
    throw error;
  }
}

const checks: Record<string, (text: string) => unknown[]> = {
  html: strangeInPage,
  json: (text) => (JSON.parse(text) ? [] : [text]),
  text: () => [],
  markdown: strangeInMarkdown,
  junit: (text) => (parseXml(text).length > 0 ? [] : [text]),
  events: (text) =>
    text
      .trimEnd()
      .split("\n")
      .filter((line) => typeof JSON.parse(line) !== "object"),
};

async function isReported(source: ReportSource): Promise<void> {
  for (const format of reportFormats) {
    const text = await rendered(format, source);
    expect([format.id, checks[format.id]!(text)]).toEqual([format.id, []]);
    // The page's own script has what terminals must not get; nobody prints it.
    const shown = format.id === "html" ? text.replaceAll(/<script>.*?<\/script>/gs, "") : text;
    expect([format.id, strangeInTerminal(shown)]).toEqual([format.id, []]);
  }
}

const chalk = new Chalk({ level: 0 });

async function isReplayed(film: Film): Promise<void> {
  expect(strangeInTerminal(timeline(film))).toEqual([]);
  const playback = new Playback(film.end);
  for (const [columns, rows] of [
    [76, 16],
    [100, 30],
  ] as const)
    for (const part of [0, 0.4, 1]) {
      playback.seek(film.end * part);
      const lines = frame(film, playback, { columns, rows, chalk });
      expect(strangeInTerminal(lines.join("\n"))).toEqual([]);
      expect(lines.length).toBeLessThanOrEqual(rows);
      expect(lines.filter((line) => widthOf(line) > columns)).toEqual([]);
    }
  const page = join(home, "film.html");
  await writeFilm(film, page);
  expect(strangeInPage(readFileSync(page, "utf8"))).toEqual([]);
}
