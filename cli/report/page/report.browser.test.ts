import { mkdtempSync, rmSync, statSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { BrowserContextOptions, Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { HistoryEvent } from "../../history/events.ts";
import { seriousFaults } from "../../testing/accessibility-faults.ts";
import { openBrowser, type TestBrowser, type WatchedPage } from "../../testing/browser.ts";
import { paceOf } from "../../testing/page-pace.ts";
import { serverCrash, stories } from "../../verdict/golden/stories.ts";
import { judge } from "../../verdict/judge.ts";
import { formatFor } from "../formats.ts";
import { bigRun } from "../testing/big-run.ts";
import { nastyTexts, withHostileTexts } from "../testing/hostile.ts";
import { rendered, sourceOf } from "../testing/source-of.ts";

const folder = mkdtempSync(join(tmpdir(), "session-lab-pages-"));
let chromium: TestBrowser;

beforeAll(async () => {
  chromium = await openBrowser();
});

afterAll(async () => {
  await chromium?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

/** Opens a written page, and waits until it has read its trial. */
async function openReport(url: string, options?: BrowserContextOptions): Promise<WatchedPage> {
  const opened = await chromium.open(url, options);
  await isRead(opened.page);
  return opened;
}

async function isRead(page: Page): Promise<void> {
  await page.getByRole("status").filter({ hasText: "sessions" }).waitFor();
}

/** @returns the address of the written page */
async function pageOf(name: string, ...trials: (() => AsyncIterable<HistoryEvent>)[]): Promise<string> {
  const file = join(folder, `${name}.html`);
  const result = await judge(trials[0]!());
  await writeFile(file, formatFor(file).render({ result, histories: trials }));
  return pathToFileURL(file).href;
}

function told(name: string): () => AsyncIterable<HistoryEvent> {
  return async function* () {
    yield* stories[name]!().events;
  };
}

function rowsOf(page: Page): Locator {
  return page.getByRole("list", { name: "sessions" }).getByRole("listitem");
}

describe("opened from disk", () => {
  test.each(Object.keys(stories))("%s: asks nobody for anything, complains of nothing", async (name) => {
    const url = await pageOf(name, told(name));
    const { page, complaints, requests } = await openReport(url);
    expect(await rowsOf(page).count()).toBeGreaterThan(0);
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [url] });
    await page.context().close();
  });

  test("answers the question in words without any script", async () => {
    const url = await pageOf("plain", told("server-crash"));
    const { page } = await chromium.open(url, { javaScriptEnabled: false });
    const text = await page.locator("body").textContent();
    expect(text).toMatch(/Who is still logged in\?/);
    expect(text).toContain("✓ 2/3 lost 1");
    expect(text).toContain("app2 is another process now");
    await page.context().close();
  });

  test("its policy stops what it did not bring along", async () => {
    const { page, complaints } = await openReport(await pageOf("policy", told("server-crash")));
    const outcome = await page.evaluate(async () => {
      const script = document.createElement("script");
      script.textContent = "window.intruder = 1";
      document.body.append(script);
      const answer = await fetch("http://127.0.0.1:9/").catch((error: Error) => error.name);
      return [(window as { intruder?: number }).intruder, answer];
    });
    expect(outcome).toEqual([undefined, "TypeError"]);
    expect(complaints.join()).toContain("Content Security Policy");
    await page.context().close();
  });

  test.each(nastyTexts)("%j in every text stays text", async (nasty) => {
    const hostile = async function* () {
      yield* withHostileTexts(stories["every-fate"]!().events, nasty);
    };
    const { page, complaints } = await openReport(await pageOf("hostile", hostile));
    await rowsOf(page).first().getByRole("button").click();
    const counts = await page.evaluate(() => [
      document.querySelectorAll("script:not(#data)").length,
      document.querySelectorAll("img, iframe, object, [onload], [onerror]").length,
    ]);
    expect({ counts, complaints }).toEqual({ counts: [1, 0], complaints: [] });
    await page.context().close();
  });
});

describe("the sessions", () => {
  test("are filtered by architecture, fate, home and name, and the timeline with them", async () => {
    const { page } = await openReport(await pageOf("filter", told("server-crash")));
    const shown = () => page.getByRole("status").textContent();
    const app3 = () => page.getByRole("img", { name: /^app3: / }).getAttribute("aria-label");
    expect(await shown()).toBe("9 of 9 sessions");
    const all = await app3();
    await page.getByLabel("fate", { exact: true }).selectOption("lost");
    expect(await shown()).toBe("1 of 9 sessions");
    expect(await rowsOf(page).textContent()).toContain("cookie.memory/1");
    expect(await app3()).not.toBe(all);
    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByLabel("home", { exact: true }).selectOption("app2");
    expect(await shown()).toBe("3 of 9 sessions");
    await page.getByLabel("user", { exact: true }).fill("REDIS");
    expect(await shown()).toBe("1 of 9 sessions");
    await page.locator("#matrix a").filter({ hasText: "lost 1" }).click();
    expect(await shown()).toBe("3 of 9 sessions");
    expect(await page.getByLabel("architecture", { exact: true }).inputValue()).toBe("cookie.memory");
    await page.context().close();
  });

  test("tell every request, with prediction and evidence, by keyboard too", async () => {
    const { page } = await openReport(await pageOf("dialog", told("server-crash")));
    await page.getByRole("button", { name: /cookie\.memory\/1/ }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "cookie.memory/1" });
    const text = await dialog.textContent();
    expect(text).toContain("lost, because the session lived in the memory of the process that died");
    expect(text).toContain("app2 is another process now: boot 1st-app2 became 2nd-app2");
    expect(await dialog.getByRole("row").count()).toBe(12);
    await page.keyboard.press("Escape");
    expect(await page.getByRole("dialog").count()).toBe(0);
    await page.context().close();
  });

  test("of each trial can be looked at", async () => {
    const { page } = await openReport(await pageOf("trials", told("server-crash"), told("theory-was-wrong")));
    await page.getByLabel("trial", { exact: true }).selectOption("1");
    await rowsOf(page).first().filter({ hasText: "ada" }).waitFor();
    await page.context().close();
  });
});

test("JUnit reports are well-formed to a browser's parser, too", async () => {
  const { page } = await chromium.open("about:blank");
  for (const nasty of ["", ...nastyTexts]) {
    const { events } = stories["every-fate"]!();
    const source = await sourceOf({ events: withHostileTexts(events, nasty) });
    const report = await rendered(formatFor("x.xml"), source);
    const root = await page.evaluate(
      (text) => new DOMParser().parseFromString(text, "text/xml").documentElement.nodeName,
      report,
    );
    expect(root).toBe("testsuites");
  }
  await page.context().close();
});

describe("2,000 sessions with 200,000 requests", () => {
  let url: string;

  beforeAll(async () => {
    url = await pageOf("big", () => bigRun());
  });

  test("fit into 15 MB", () => {
    expect(statSync(new URL(url)).size).toBeLessThan(15_000_000);
  });

  test("open, filter and scroll without a freeze", async () => {
    const { page, complaints } = await chromium.open("about:blank");
    const began = performance.now();
    await page.goto(url);
    await isRead(page);
    const openedMs = performance.now() - began;
    const pace = await paceOf(page);
    expect.soft(openedMs / pace, `opened in ${openedMs} ms`).toBeLessThan(40);
    expect(await rowsOf(page).count()).toBeLessThan(100);

    // The longest that the page did not answer, while somebody works with it.
    const longestTask = await page.evaluate(async () => {
      let longest = 0;
      const observer = new PerformanceObserver((list) => {
        for (const { duration } of list.getEntries()) longest = Math.max(longest, duration);
      });
      observer.observe({ type: "longtask" });
      const frame = () => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
      const fate = document.querySelector<HTMLSelectElement>("#filter-fate")!;
      for (const value of ["lost", "survived", ""]) {
        fate.value = value;
        fate.dispatchEvent(new Event("change"));
        await frame();
      }
      const rows = document.querySelector(".rows")!;
      for (let step = 0; step < 40; step++) {
        rows.scrollTop += rows.scrollHeight / 40;
        await frame();
      }
      observer.disconnect();
      return longest;
    });
    expect.soft(longestTask / pace, `${longestTask} ms`).toBeLessThan(10);
    expect(await rowsOf(page).last().textContent()).toMatch(/ip-hash\.redis/);
    expect(complaints).toEqual([]);
    await page.context().close();
  });

  test("give a printed page with the first of them", async () => {
    const { page } = await openReport(url);
    const pdf = await page.pdf({ format: "A4", landscape: true });
    expect(pdf.toString("latin1").match(/\/Type\s*\/Page\b/g)!.length).toBeLessThan(15);
    await page.context().close();
  });
});

test.each([1280, 1920])("a matrix of ten stores stays in its cells, %i pixels wide", async (width) => {
  const stores = ["memory", "redis", "redis-aof", "redis-rdb", "redis-sentinel", "redis-fallback"];
  const more = ["postgres", "spring", "jwt", "jwt-denylist"];
  const architectures = [...stores, ...more].flatMap((store) => [`cookie.${store}`, `round-robin.${store}`]);
  const many = async function* () {
    yield* serverCrash({ architectures, users: 9 }).events;
  };
  const { page } = await openReport(await pageOf("many", many), { viewport: { width, height: 800 } });
  const tooWide = await page
    .locator("#matrix :is(th, td)")
    .evaluateAll((cells) =>
      cells.filter((cell) => cell.scrollWidth > cell.clientWidth + 1).map((cell) => cell.textContent),
    );
  expect(tooWide).toEqual([]);
  await page.context().close();
});

describe("for everybody", () => {
  test.each(["light", "dark"] as const)(
    "axe finds nothing serious in the %s page, nor in its dialog",
    async (scheme) => {
      const url = await pageOf(`axe-${scheme}`, told("every-fate"));
      const { page } = await openReport(url, { colorScheme: scheme });
      expect(await seriousFaults(page)).toEqual([]);
      await rowsOf(page).first().getByRole("button").click();
      expect(await seriousFaults(page)).toEqual([]);
      await page.context().close();
    },
  );

  test.each([
    [1280, 800],
    [1920, 1080],
    [390, 844],
  ])("nothing is cut off at %i x %i", async (width, height) => {
    const { page } = await openReport(await pageOf("size", told("every-fate")), { viewport: { width, height } });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    await page.context().close();
  });
});
