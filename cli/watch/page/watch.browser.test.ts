import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runFiles } from "../../experiment/run-folders.ts";
import type { HistoryEvent } from "../../history/events.ts";
import { demoRun } from "../../paths.ts";
import { Film } from "../../picture/film.ts";
import type { PictureEvent } from "../../picture/moments.ts";
import { pageAssets } from "../../picture/page-assets.ts";
import { loadFilm } from "../../replay/load-film.ts";
import { bigRun } from "../../report/testing/big-run.ts";
import { seriousFaults } from "../../testing/accessibility-faults.ts";
import { openBrowser, type TestBrowser } from "../../testing/browser.ts";
import { paceOf } from "../../testing/page-pace.ts";
import { story } from "../../verdict/golden/history-builder.ts";
import { Feed } from "../feed.ts";
import { writeFilm } from "../film-page.ts";
import { servedPage } from "../page-html.ts";
import type { PageRequest } from "../page-request.ts";
import { servePage } from "../server.ts";

const folder = mkdtempSync(join(tmpdir(), "session-lab-watch-"));
let chromium: TestBrowser;

beforeAll(async () => {
  chromium = await openBrowser();
});

afterAll(async () => {
  await chromium?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const faults = ["kill", "stop", "restart", "freeze", "partition"].map((kind) => ({ kind, word: kind }));

/** A live page of a lab that does only what the test says. */
async function live({ mayAct = true, answer = { ok: true, says: "done" } } = {}) {
  const feed = new Feed();
  const asked: PageRequest[] = [];
  const server = await servePage({
    page: servedPage({ faults: mayAct ? faults : [] }),
    assets: pageAssets("watch"),
    feed,
    act: async (request) => {
      asked.push(request);
      return answer;
    },
  });
  return {
    feed,
    asked,
    server,
    tell(events: readonly PictureEvent[]) {
      for (const event of events) feed.record(event);
    },
  };
}

/** Everything at present: the lab's clock begins when the run does. */
function now(feed: Feed, event: HistoryEvent): HistoryEvent {
  return event.type === "run" ? event : { ...event, at: feed.now() };
}

async function pageOf(name: string, events: AsyncIterable<HistoryEvent> | Iterable<HistoryEvent>): Promise<string> {
  const film = new Film();
  for await (const event of events) film.add(event);
  const file = join(folder, `${name}.html`);
  await writeFilm(film, file);
  return pathToFileURL(file).href;
}

const condition = (page: Page, service: string) =>
  page.locator(`[data-service="${service}"]`).getAttribute("data-condition");
const card = (page: Page, architecture: string) => page.locator(".browser").filter({ hasText: architecture });

describe("a recorded run", () => {
  test("plays from disk, asks nobody for anything, complains of nothing, and ends with the fates", async () => {
    const { moments } = await loadFilm(join(demoRun, runFiles.history));
    const url = await pageOf("demo", moments.events as HistoryEvent[]);
    const { page, complaints, requests } = await chromium.open(url);
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await page.keyboard.press("End");
    await card(page, "cookie.memory").getByText("2 lost").waitFor();
    expect(await card(page, "cookie.redis").locator(".words").textContent()).toBe("✓ 6 survived");
    expect({ complaints, requests }).toEqual({ complaints: [], requests: [url] });
    await page.context().close();
  });

  test("is paused, scrubbed back and forth, and played slower and faster", async () => {
    const told = story()
      .comesIn("ann", "app1")
      .comesIn("bob", "app2")
      .waits(1_000)
      .injects("kill", "app2")
      .waits(1_000)
      .heals("kill", "app2")
      .ends();
    const { page } = await chromium.open(await pageOf("scrub", told.events));
    await page.getByRole("button", { name: "Pause" }).click();
    const line = page.getByRole("slider", { name: "time" });
    const at = (share: number) => line.fill(String(share));
    await at(700);
    await page.locator('[data-service="app2"][data-condition="down"]').waitFor();
    await at(100);
    await page.locator('[data-service="app2"][data-condition="up"]').waitFor();
    expect(await page.getByLabel("time of the run").textContent()).toMatch(/^0\.\d of 2\.\d s$/);
    const speed = () => page.getByLabel("speed", { exact: true }).textContent();
    const before = Number((await speed())!.slice(1));
    await page.getByRole("button", { name: "faster" }).click();
    await expect.poll(async () => Number((await speed())!.slice(1))).toBeGreaterThan(before);
    await page.context().close();
  });

  test("shows names that look like markup as text", async () => {
    const nasty = '<img src=x onerror="window.intruder=1">';
    const told = story({ architectures: [nasty], scenario: { id: "x", title: nasty, question: nasty } })
      .enters("ann", { architecture: nasty })
      .event({ type: "alert", at: 1, service: nasty, line: "</script><script>window.intruder=1</script>" });
    const { page, complaints } = await chromium.open(await pageOf("nasty", told.events));
    await page.getByRole("heading", { name: nasty }).first().waitFor();
    expect(await page.evaluate(() => [document.images.length, (window as { intruder?: number }).intruder])).toEqual([
      0,
      undefined,
    ]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

describe("a live page", () => {
  test("turns a killed server red in place and back, sends what is pressed, and says what came of it", async () => {
    const { feed, asked, server, tell } = await live();
    await using _ = server;
    for (const event of story({ architectures: ["cookie.memory", "cookie.redis"] })
      .comesIn("ann", "app1")
      .comesIn("bob", "app2").events)
      tell([now(feed, event)]);
    const { page, complaints, requests } = await chromium.open(server.url);
    await card(page, "cookie.memory").getByText("2 recognised").waitFor();
    const colour = () => page.locator('[data-service="app2"]').evaluate((box) => getComputedStyle(box).backgroundColor);
    const healthy = await colour();

    await page.getByRole("button", { name: "kill app2" }).click();
    await page.getByText("done").waitFor();
    expect(asked).toEqual([{ do: "fault", kind: "kill", service: "app2" }]);
    for (const event of story().injects("kill", "app2").events.slice(1)) tell([now(feed, event)]);
    await page.locator('[data-service="app2"][data-condition="down"]').waitFor();
    expect(await page.locator('[data-service="app2"]').textContent()).toContain("✗ down (kill)0 sessions in memory");
    expect(await colour()).toBe("rgb(160, 0, 24)");
    expect(await condition(page, "app1")).toBe("up");

    await page.getByRole("button", { name: "heal app2" }).click();
    for (const event of story().heals("kill", "app2").events.slice(1)) tell([now(feed, event)]);
    await page.locator('[data-service="app2"][data-condition="up"]').waitFor();
    expect(await colour()).toBe(healthy);
    expect(asked.at(-1)).toEqual({ do: "heal", service: "app2" });
    expect(complaints).toEqual([]);
    expect(requests.filter((url) => !url.startsWith(server.url) && !url.startsWith("data:"))).toEqual([]);
    await page.context().close();
  });

  test("says when a request was refused", async () => {
    const { feed, server, tell } = await live({ answer: { ok: false, says: "app2 is down already" } });
    await using _ = server;
    for (const event of story().comesIn("ann", "app1").events) tell([now(feed, event)]);
    const { page } = await chromium.open(server.url);
    await page.getByRole("button", { name: "stop app2" }).click();
    await page.getByText("app2 is down already").waitFor();
    await page.context().close();
  });

  test("has no buttons where nothing may be broken, and becomes a recording when the run is over", async () => {
    const { feed, server, tell } = await live({ mayAct: false });
    await using _ = server;
    for (const event of story().comesIn("ann", "app1").events) tell([now(feed, event)]);
    const { page } = await chromium.open(server.url);
    await card(page, "cookie.memory").getByText("1 recognised").waitFor();
    expect(await page.getByRole("button", { name: /kill|heal/ }).count()).toBe(0);
    tell([{ type: "end", at: feed.now(), complete: true }]);
    await page.getByRole("button", { name: "Again" }).click();
    await page.getByRole("button", { name: "Pause" }).waitFor();
    await page.context().close();
  });

  test("of another site cannot press the buttons, however it tries", async () => {
    const { feed, asked, server, tell } = await live();
    await using _ = server;
    for (const event of story().events) tell([now(feed, event)]);
    await using stranger = await servePage({
      page: "<!doctype html><title>x</title>",
      assets: { script: "", style: "" },
      feed,
    });
    const { page } = await chromium.open(stranger.url, { bypassCSP: true });
    const body = JSON.stringify({ do: "fault", kind: "kill", service: "app2" });
    const outcomes = await page.evaluate(
      async ([url, text]) => {
        const send = (options: RequestInit) =>
          fetch(`${url}act`, options).then(
            ({ type }) => type,
            ({ name }: Error) => name,
          );
        return [
          await send({ method: "POST", body: text!, headers: { "content-type": "application/json" } }),
          await send({ method: "POST", body: text!, mode: "no-cors" }),
          await send({ method: "GET", mode: "no-cors" }),
        ];
      },
      [server.url, body],
    );
    expect(asked).toEqual([]);
    expect(outcomes[0]).toBe("TypeError");
    await page.context().close();
  });
});

describe("for everybody", () => {
  test.each(["light", "dark"] as const)("axe finds nothing serious in the %s page, whole or broken", async (scheme) => {
    const { feed, server, tell } = await live();
    await using _ = server;
    for (const event of story({ architectures: ["cookie.memory", "cookie.redis"] })
      .comesIn("ann", "app1")
      .comesIn("bob", "app2")
      .injects("kill", "app2")
      .reads("bob", "anonymous")
      .injects("freeze", "app3").events)
      tell([now(feed, event)]);
    const { page } = await chromium.open(server.url, { colorScheme: scheme });
    await card(page, "cookie.memory").getByText("1 logged out").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await page.context().close();
  });

  test.each([
    [1280, 800],
    [1920, 1080],
  ])("all of it is in sight at %i x %i, with six architectures and five services", async (width, height) => {
    const { feed, server, tell } = await live();
    await using _ = server;
    const architectures = ["round-robin", "cookie"].flatMap((policy) =>
      ["memory", "redis", "redis-aof"].map((store) => `${policy}.${store}`),
    );
    for (const event of story({ architectures }).comesIn("ann", "app1", { architecture: "cookie.memory" }).events)
      tell([now(feed, event)]);
    const { page } = await chromium.open(server.url, { viewport: { width, height } });
    await card(page, "cookie.memory").getByText("1 recognised").waitFor();
    expect(
      await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]),
    ).toEqual([width, height]);
    await page.context().close();
  });
});

test("a second balancer has its box where requests of the run pass it, on their way from the first to the app servers", async () => {
  const [run, ...events] = story({ architectures: ["cookie.memory", "node-cookie.memory"] })
    .comesIn("ann", "app1", { architecture: "node-cookie.memory" })
    .injects("freeze", "balancer").events;
  if (run?.type !== "run") throw new Error("the first event is no run");
  const architectures = run.architectures.map((one) =>
    one.id === "node-cookie.memory" ? { ...one, policy: { ...one.policy, balancer: "balancer" } } : one,
  );
  const { page, complaints } = await chromium.open(await pageOf("balancers", [{ ...run, architectures }, ...events]));
  await page.getByRole("button", { name: "Pause" }).click();
  await page.getByRole("slider", { name: "time" }).fill("1000");
  const column = page.getByRole("region", { name: "Balancers" });
  await column.getByText("frozen").waitFor();
  expect(await column.locator(".card").allTextContents()).toEqual(["nginx✓ up", "balancer❄ frozen"]);
  const sides = await column
    .locator(".card")
    .evaluateAll((cards) => cards.map((card) => Math.round(card.getBoundingClientRect().left)));
  expect(new Set(sides).size).toBe(1);
  expect(
    await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]),
  ).toEqual([1280, 800]);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test("a run in which three app servers join shows each as of when it does, and all of it is in sight", async () => {
  const told = story({ architectures: ["cookie.memory", "cookie.redis", "ip-hash.memory", "ip-hash.redis"] }).comesIn(
    "ann",
    "app1",
  );
  for (const server of ["app4", "app5", "app6"]) told.injects("join", server);
  for (const server of ["app1", "app2", "app3"]) told.injects("leave", server);
  told.isSentTo("ann", "app5").reads("ann", "anonymous").ends();
  const { page, complaints } = await chromium.open(await pageOf("joins", told.events));
  await page.getByRole("button", { name: "Pause" }).click();
  const line = page.getByRole("slider", { name: "time" });
  const states = () => page.locator(".app-server .state").allTextContents();
  await line.fill("0");
  await expect.poll(states).toEqual(["✓ up", "✓ up", "✓ up"]);
  await page.keyboard.press("End");
  const joined = "✓ up (joined)";
  const left = "✓ up (unlisted)";
  await expect.poll(states).toEqual([left, left, left, joined, joined, joined]);
  expect(
    await page.evaluate(() => [document.documentElement.scrollWidth, document.documentElement.scrollHeight]),
  ).toEqual([1280, 800]);
  await line.fill("0");
  await expect.poll(async () => (await states()).length).toBe(3);
  expect(complaints).toEqual([]);
  await page.context().close();
});

describe("2,000 sessions with 200,000 requests", () => {
  test("fit into 15 MB, open, play and are scrubbed without a freeze", async () => {
    const url = await pageOf("big", bigRun());
    expect(statSync(new URL(url)).size).toBeLessThan(15_000_000);
    const { page, complaints } = await chromium.open("about:blank");
    const began = performance.now();
    await page.goto(url);
    await page.getByRole("button", { name: "Pause" }).waitFor();
    const openedMs = performance.now() - began;
    const pace = await paceOf(page);
    expect.soft(openedMs / pace, `opened in ${openedMs} ms`).toBeLessThan(50);
    // CPU time of the page's thread: what else the machine does is not what is tested.
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
    const cpuSeconds = async () => {
      const { metrics } = await devtools.send("Performance.getMetrics");
      return metrics.find(({ name }) => name === "TaskDuration")!.value;
    };
    const before = await cpuSeconds();
    const playedMs = await page.evaluate(async () => {
      const began = performance.now();
      for (let frames = 0; frames < 60; frames++) await new Promise((resolve) => requestAnimationFrame(resolve));
      return performance.now() - began;
    });
    const played = await cpuSeconds();
    const line = page.getByRole("slider", { name: "time" });
    for (const share of ["900", "100", "800", "50", "1000"]) await line.fill(share);
    await card(page, "cookie.memory").getByText("lost").waitFor();
    const scrubbed = await cpuSeconds();
    await paceOf(page);
    const turn = ((await cpuSeconds()) - scrubbed) / 5;
    // Sixty frames, and each jump, cost no more than a few turns of a piece of work that is always the same.
    expect.soft((played - before) / turn, `60 frames, shown in ${playedMs} ms`).toBeLessThan(8);
    expect.soft((scrubbed - played) / 5 / turn).toBeLessThan(5);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});
