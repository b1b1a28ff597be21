import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** Chromium for tests and pictures; it closes when it goes out of scope. */
export interface TestBrowser extends AsyncDisposable {
  browser: Browser;
  /** A page with what it complained of and which hosts it asked. */
  open(url: string, options?: BrowserContextOptions): Promise<WatchedPage>;
}

export interface WatchedPage {
  page: Page;
  /** Console errors and warnings, exceptions, violations of the security policy. */
  complaints: string[];
  /** Every request: `file:` and `data:` included. */
  requests: string[];
}

/** Talks to nobody, keeps nothing, and needs no privilege: Debian's Chromium as root in a container. */
const quiet = [
  "--no-sandbox",
  "--disable-gpu",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-default-apps",
  "--disable-domain-reliability",
  "--disable-sync",
  "--disable-breakpad",
  "--metrics-recording-only",
  "--no-pings",
  "--no-default-browser-check",
];

/** @throws Error when there is no Chromium */
export async function openBrowser(): Promise<TestBrowser> {
  const browser = await chromium.launch({ executablePath: chromiumPath(), headless: true, args: quiet });
  return {
    browser,
    open: (url, options) => openPage(browser, url, options),
    [Symbol.asyncDispose]: () => browser.close(),
  };
}

async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  const complaints: string[] = [];
  const requests: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("request", (request) => requests.push(request.url()));
  await page.goto(url);
  return { page, complaints, requests };
}

/**
 * `LAB_CHROMIUM`, else `chromium` on the PATH.
 *
 * @throws Error that says how to get it
 */
export function chromiumPath(env: NodeJS.ProcessEnv = process.env): string {
  const candidates = env.LAB_CHROMIUM
    ? [env.LAB_CHROMIUM]
    : (env.PATH ?? "").split(delimiter).map((folder) => join(folder, "chromium"));
  const path = candidates.find(isExecutable);
  if (path) return path;
  throw new Error(
    `There is no Chromium (${env.LAB_CHROMIUM ?? "chromium on the PATH"}), which the tests of the pages need. Run ./scripts/setup.sh --tests, or set LAB_CHROMIUM to the path of one.`,
  );
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
