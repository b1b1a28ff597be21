/**
 * Takes the pictures of the documentation from the recorded run: `npm run pictures`, after `npm run build`.
 *
 * Needs Chromium (./scripts/setup.sh --tests). Writes docs/pictures; look at them before you commit them.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { readHistory } from "../cli/history/reader.ts";
import { loadFilm } from "../cli/replay/load-film.ts";
import { formatFor } from "../cli/report/formats.ts";
import { openBrowser } from "../cli/testing/browser.ts";
import { judge } from "../cli/verdict/judge.ts";
import { writeFilm } from "../cli/watch/film-page.ts";

interface Picture {
  width: number;
  height: number;
  scheme: "light" | "dark";
  /** The address of what is shown. */
  url(): Promise<string>;
  /** Shows what moves, e.g. requests on their way. */
  moves?: boolean;
  /** Brings the page to where the picture is taken. */
  prepare?(page: Page): Promise<void>;
}

const root = join(import.meta.dirname, "..");
const target = join(root, "docs/pictures");
const folder = mkdtempSync(join(tmpdir(), "session-lab-pictures-"));
const projector = { width: 1280, height: 800 };

/** By the name of the file. */
const pictures: Record<string, Picture> = {
  "live-light": { ...projector, scheme: "light", url: film, prepare: duringTheFault, moves: true },
  "live-dark": { ...projector, scheme: "dark", url: film, prepare: duringTheFault, moves: true },
  "report-light": { ...projector, scheme: "light", url: report },
  "report-dark": { ...projector, scheme: "dark", url: report },
  "report-sessions": { ...projector, scheme: "light", url: report, prepare: scrollTo("#sessions") },
};

try {
  mkdirSync(target, { recursive: true });
  await using chromium = await openBrowser();
  for (const [name, { width, height, scheme, url, prepare, moves }] of Object.entries(pictures)) {
    const { page, complaints } = await chromium.open(await url(), {
      viewport: { width, height },
      colorScheme: scheme,
      reducedMotion: moves ? "no-preference" : "reduce",
    });
    await prepare?.(page);
    await page.screenshot({ path: join(target, `${name}.png`) });
    if (complaints.length > 0) throw new Error(`${name}: ${complaints.join("; ")}`);
    await page.context().close();
    process.stdout.write(`docs/pictures/${name}.png\n`);
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** report.html of the recorded run. */
async function report(): Promise<string> {
  const file = join(folder, "report.html");
  const history = () => readHistory(join(root, "docs/example/demo/history.jsonl"));
  await writeFile(file, formatFor(file).render({ result: await judge(history()), histories: [history] }));
  return pathToFileURL(file).href;
}

/** The live picture, playing the recorded run. */
async function film(): Promise<string> {
  const file = join(folder, "film.html");
  await writeFilm(await loadFilm(join(root, "docs/example/demo/history.jsonl")), file);
  return pathToFileURL(file).href;
}

/** The victim is dead, its users have been told that they are strangers, and requests are on their way. */
async function duringTheFault(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("slider", { name: "time" }).fill("262");
  await page.getByText("2 logged out").waitFor();
}

function scrollTo(selector: string): (page: Page) => Promise<void> {
  return (page) => page.locator(selector).evaluate((element) => element.scrollIntoView());
}
