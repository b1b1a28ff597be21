import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Page, Response } from "playwright-core";
import { afterAll, beforeAll, describe, expect, onTestFailed, test } from "vitest";
import { architectureUrl } from "../lab/identity/lab.ts";
import { lookOfServer } from "../picture/palette.ts";
import { seriousFaults } from "../testing/accessibility-faults.ts";
import type { WatchedPage } from "../testing/browser.ts";
import { openBrowser, type TestBrowser } from "../testing/browser.ts";
import { docker, inventory } from "../testing/engine-inventory.ts";
import { openPseudoTerminal } from "../testing/pseudo-terminal.ts";
import { labCommand } from "../testing/run-lab.ts";
import { seenInTime } from "../testing/seen-in-time.ts";
import { architectureHost } from "../theory/architectures.ts";
import { openTransport, type Transport } from "../users/transport.ts";

/** One lab for all its pages: the app's own, at the address of every architecture, and the live pictures. */
const lab = labCommand({ name: "test-pages" });
let chromium: TestBrowser;
let port: number;

beforeAll(async () => {
  chromium = await openBrowser();
  const { stdout } = await lab.up();
  port = Number(/localhost:(\d+)/.exec(stdout)![1]);
});

afterAll(async () => {
  await chromium?.[Symbol.asyncDispose]();
  await lab.run(["down"]);
  lab[Symbol.dispose]();
  expect(await inventory("test-pages")).toEqual([]);
});

describe("the app's page", () => {
  const lives = {
    memory: "Memory of the app server",
    redis: "Redis, nothing on disk",
    jwt: "Signed token in the browser",
  };

  test.each([
    { policy: "cookie", store: "memory", servers: 1, scheme: "light" },
    { policy: "ip-hash", store: "redis", servers: 1, scheme: "dark" },
    { policy: "round-robin", store: "jwt", servers: 3, scheme: "light" },
  ] as const)(
    "logs in, shops and logs out with $policy and $store, and says what is so",
    async ({ policy, store, servers, scheme }) => {
      const url = architectureUrl(architectureHost({ policy, store }), port);
      const { page, complaints, requests } = await chromium.open(url, { colorScheme: scheme });
      const shown: Shown[] = [];
      const next = async (act: () => Promise<unknown>) => {
        const answered = page.waitForResponse((response) => response.request().isNavigationRequest() && response.ok());
        const loaded = page.waitForEvent("load");
        const [answer] = await Promise.all([answered, loaded, act()]);
        shown.push(await whatItSays(page, answer));
      };
      await next(() => page.reload());
      await page.getByLabel("Your name").fill("Grace");
      await next(() => page.getByRole("button", { name: "Log in" }).click());
      await next(() => page.getByRole("button", { name: "Add an item" }).click());
      await next(() => page.getByRole("button", { name: "Add an item" }).click());
      await next(() => page.getByRole("link", { name: "Reload" }).click());
      expect(await seriousFaults(page)).toEqual([]);
      const items = page.getByRole("listitem");
      expect(new Set(await items.allTextContents()).size).toBe(2);
      await next(() => page.getByRole("button", { name: "Log out" }).click());
      expect(await seriousFaults(page)).toEqual([]);

      expect(shown.map(({ who, cart }) => `${who}, ${cart}`)).toEqual([
        "not logged in, no cart",
        "Grace, 0 items",
        "Grace, 1 item",
        "Grace, 2 items",
        "Grace, 2 items",
        "not logged in, no cart",
      ]);
      expect(new Set(shown.map((one) => one.lives))).toEqual(new Set([lives[store]]));
      expect(new Set(shown.map((one) => one.architecture))).toEqual(new Set([`${policy}.${store}`]));
      // The name in large letters is that of the server which answered, and so is the colour.
      expect(shown.map(({ server, colour }) => ({ server, colour }))).toEqual(
        shown.map(({ answeredBy }) => ({ server: answeredBy, colour: rgb(lookOfServer(answeredBy).background) })),
      );
      expect(new Set(shown.map(({ server }) => server)).size).toBe(servers);
      const affinity = (await page.context().cookies(url)).find(({ name }) => name === "SERVER_ID");
      expect(affinity?.value).toBe(policy === "cookie" ? shown[0]!.server : undefined);
      expect(requests.filter((asked) => !asked.startsWith(url) && !asked.startsWith("data:"))).toEqual([]);
      expect(complaints).toEqual([]);
      await page.context().close();
    },
  );
});

describe("a page of another site", () => {
  const victim = () => architectureUrl(architectureHost({ policy: "cookie", store: "redis" }), port);

  test("makes nobody's browser log in, whatever it tries; its link to the lab works, and so do the lab's own pages", async () => {
    await using site = await serve(tryingEverything(victim()));
    await using transport = asyncDisposable(openTransport());
    const before = await sessionsInRedis(transport, port);
    const { page } = await chromium.open(site.url);
    expect(await page.evaluate("done")).toBe("20 logins, 20 looks, an image, a form in a frame");
    expect(await sessionsInRedis(transport, port)).toBe(before);

    await page.getByRole("link", { name: "the lab" }).click();
    await page.waitForURL(victim());
    await page.getByRole("button", { name: "Log in" }).click();
    await page.getByText("0 items").waitFor();
    expect(await sessionsInRedis(transport, port)).toBe(before + 1);

    // Another store's host name is another site.
    await page.getByRole("link", { name: "memory", exact: true }).click();
    await page.getByText("not logged in").waitFor();
    await page.goBack();
    await page.getByText("0 items").waitFor();
    await page.context().close();
  });
});

/** What a stranger's page can do to the lab without the visitor's doing. */
function tryingEverything(url: string): string {
  return `<!doctype html><a href="${url}">the lab</a><img id="image">
<iframe name="frame"></iframe>
<form method="post" action="${url}login" target="frame"><input name="user" value="x"></form>
<script>
  const ended = (element, act) => new Promise((resolve) => {
    element.onload = element.onerror = resolve;
    act();
  });
  const image = document.getElementById("image");
  const login = () => fetch("${url}login", { method: "POST", mode: "no-cors", body: new URLSearchParams({ user: "x" }) });
  const look = () => fetch("${url}", { mode: "no-cors", credentials: "include" });
  const done = new Promise((resolve) => addEventListener("load", resolve)).then(async () => {
    for (let time = 0; time < 20; time++) await Promise.all([login(), look()]);
    await ended(image, () => (image.src = "${url}"));
    await ended(document.querySelector("iframe"), () => document.forms[0].submit());
    return "20 logins, 20 looks, an image, a form in a frame";
  });
</script>`;
}

/** A site of its own, on a free port: to browsers 127.0.0.1 and *.localhost are different sites. */
async function serve(html: string) {
  const server = createServer((_, response) => response.setHeader("Content-Type", "text/html").end(html));
  await once(server.listen(0, "127.0.0.1"), "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

function asyncDisposable(transport: Transport): Transport & AsyncDisposable {
  return { ...transport, [Symbol.asyncDispose]: () => transport.close() };
}

async function sessionsInRedis(transport: Transport, port: number): Promise<number> {
  const asked = { host: "app1.redis.localhost", method: "GET", path: "/healthz", headers: {} } as const;
  const reply = await transport.send({ origin: `http://127.0.0.1:${port}`, ...asked, connection: "fresh" });
  return (JSON.parse(reply.answered ? reply.body : "{}") as { sessions: number }).sessions;
}

interface Shown {
  server: string;
  colour: string;
  architecture: string;
  who: string;
  cart: string;
  lives: string;
  /** What the answer itself says, beside the page in it. */
  answeredBy: string;
}

async function whatItSays(page: Page, response: Response): Promise<Shown> {
  const about = (label: string) => page.locator("dt", { hasText: label }).locator("xpath=following-sibling::dd[1]");
  const part = (heading: string) =>
    page.locator("section", { has: page.getByRole("heading", { name: heading }) }).locator(".big");
  const heading = page.getByRole("heading", { level: 1 });
  return {
    server: (await heading.textContent())!.replace(/^\P{L}+/u, ""),
    colour: await page.evaluate<string>("getComputedStyle(document.querySelector('header')).backgroundColor"),
    architecture: `${await about("balancing policy").textContent()}.${await about("session store").textContent()}`,
    who: (await part("Who you are").textContent())!,
    cart: (await part("Your cart").textContent())!,
    lives: (await part("Where your session lives").textContent())!,
    answeredBy: (await response.headerValue("x-app-server"))!,
  };
}

/** `#00559e` as a browser says it. */
function rgb(hex: string): string {
  const channels = [1, 3, 5].map((start) => Number.parseInt(hex.slice(start, start + 2), 16));
  return `rgb(${channels.join(", ")})`;
}

/** The live page of the lab, with the command that serves it. */
async function watching() {
  const command = lab.start(["watch", "--users", "3", "--store", "memory,redis"]);
  const [first] = (await once(command.stdout!, "data")) as [Buffer];
  const opened = await chromium.open(String(first).trim());
  return { command, ...opened };
}

const box = ({ page }: Pick<WatchedPage, "page">, service: string) => page.locator(`[data-service="${service}"]`);
const is = (condition: string) => `[data-condition="${condition}"]`;

test("on the live page a server that is killed turns red in place and comes back; Ctrl-C heals the rest", async () => {
  const { command, page, complaints, requests } = await watching();
  const inMemory = page.locator(".browser", { hasText: "cookie.memory" });
  const inRedis = page.locator(".browser", { hasText: "cookie.redis" });
  await inMemory.getByText("3 recognised").waitFor();
  const place = await box({ page }, "app2").boundingBox();

  await page.getByRole("button", { name: "kill app2" }).click();
  await page.locator(`[data-service="app2"]${is("down")}`).waitFor();
  await box({ page }, "app2").getByText("✗ down (kill)", { exact: true }).waitFor();
  const now = await box({ page }, "app2").boundingBox();
  expect([Math.round(now!.x), Math.round(now!.width)]).toEqual([Math.round(place!.x), Math.round(place!.width)]);
  await inMemory.getByText("1 logged out").waitFor();
  expect(await inRedis.textContent()).not.toContain("logged out");
  expect(await page.locator(`[data-service="app1"]${is("up")}`).count()).toBe(1);

  // Each answer is waited for: one thing at a time is done to a service, and a healing looks at the whole lab.
  await page.getByText(/^kill app2: /).waitFor();
  await page.getByRole("button", { name: "heal app2" }).click();
  await page.locator(`[data-service="app2"]${is("up")}`).waitFor();
  await page.getByText("app2 was not running, exit code 137: started").waitFor();

  // Broken by other hands: the page sees it all the same.
  await docker("kill", "session-lab-test-pages-redis-1");
  await page.locator(`[data-service="redis"]${is("down")}`).waitFor();
  await docker("start", "session-lab-test-pages-redis-1");
  await page.locator(`[data-service="redis"]${is("up")}`).waitFor();

  await page.getByRole("button", { name: "kill app3" }).click();
  await page.locator(`[data-service="app3"]${is("down")}`).waitFor();
  const { origin } = new URL(page.url());
  expect(requests.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith("data:"))).toEqual([]);
  expect(complaints).toEqual([]);

  command.kill("SIGINT");
  const { exitCode, stderr } = await command;
  expect({ exitCode, stderr: String(stderr) }).toMatchObject({
    exitCode: 130,
    stderr: expect.stringContaining("app3 was not running, exit code 137: started"),
  });
  expect(
    await docker("ps", "-a", "--filter", "status=exited", "--filter", "name=session-lab-test-pages", "-q"),
  ).toEqual([]);
  await page.getByText("The lab command has ended.").waitFor();
});

test("`--watch` has the user's browser open a page that shows the run while it happens, and again until Ctrl-C", async () => {
  const told = join(lab.home, "told");
  const browser = join(lab.home, "browser");
  writeFileSync(browser, `#!/bin/sh\necho "$1" > '${told}'\n`, { mode: 0o755 });
  const noDesktop = { DISPLAY: "", WAYLAND_DISPLAY: "", XDG_CURRENT_DESKTOP: "", DESKTOP_SESSION: "" };
  const terminal = openPseudoTerminal(
    ["scenario", "login", "--policy", "cookie", "--store", "memory", "--users", "3", "--watch"],
    { LAB_NAME: "test-pages", LAB_HOME: lab.home, BROWSER: browser, ...noDesktop },
  );
  onTestFailed(() => terminal.press("\u0003"));
  const address = await seenInTime("the browser to be opened", {
    look: async () => (existsSync(told) ? readFileSync(told, "utf8") : ""),
    until: (text) => text.endsWith("\n"),
    deadlineMs: 20_000,
  });
  await terminal.waitFor("Watch it: ");
  const [url = ""] = /http:\S+/.exec(await terminal.waitFor("\n")) ?? [];
  const { page, complaints, requests } = await chromium.open(address.trim());
  await page.getByRole("heading", { level: 1, name: "Nothing breaks" }).waitFor();
  await terminal.waitFor("CONFIRMED");
  await page.locator(".browser", { hasText: "cookie.memory" }).getByText("3 survived").waitFor();
  await terminal.waitFor("until you press Ctrl-C");
  await page.getByRole("button", { name: "Again" }).click();
  await page.getByRole("button", { name: "Pause" }).waitFor();
  expect(page.url()).toBe(url);
  const others = requests.filter((asked) => !asked.startsWith(url) && !asked.startsWith("data:"));
  expect(others).toEqual([address.trim()]);
  expect(complaints).toEqual([]);
  await page.reload();
  await page.getByRole("heading", { level: 1, name: "Nothing breaks" }).waitFor();
  terminal.press("\u0003");
  expect(await terminal.ended).toBe(0);
});
