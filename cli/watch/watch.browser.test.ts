import { once } from "node:events";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { WatchedPage } from "../testing/browser.ts";
import { openBrowser, type TestBrowser } from "../testing/browser.ts";
import { docker, inventory } from "../testing/engine-inventory.ts";
import { labCommand } from "../testing/run-lab.ts";

const lab = labCommand({ name: "test-watch" });
let chromium: TestBrowser;

beforeAll(async () => {
  chromium = await openBrowser();
  expect(await lab.run(["up"])).toMatchObject({ exitCode: 0 });
});

afterAll(async () => {
  await chromium?.[Symbol.asyncDispose]();
  await lab.run(["down"]);
  lab[Symbol.dispose]();
  expect(await inventory("test-watch")).toEqual([]);
});

/** The live page of the lab, with the command that serves it. */
async function watching() {
  const command = lab.start(["watch", "--users", "3", "--store", "memory,redis"]);
  const [first] = (await once(command.stdout!, "data")) as [Buffer];
  const opened = await chromium.open(String(first).trim());
  return { command, ...opened };
}

const box = ({ page }: Pick<WatchedPage, "page">, service: string) => page.locator(`[data-service="${service}"]`);
const is = (condition: string) => `[data-condition="${condition}"]`;

test("a server that is killed from the page turns red in place and comes back; Ctrl-C heals the rest", async () => {
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

  await page.getByRole("button", { name: "heal app2" }).click();
  await page.locator(`[data-service="app2"]${is("up")}`).waitFor();

  // Broken by other hands: the page sees it all the same.
  await docker("kill", "session-lab-test-watch-redis-1");
  await page.locator(`[data-service="redis"]${is("down")}`).waitFor();
  await docker("start", "session-lab-test-watch-redis-1");
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
    await docker("ps", "-a", "--filter", "status=exited", "--filter", "name=session-lab-test-watch", "-q"),
  ).toEqual([]);
  await page.getByText("The lab command has ended.").waitFor();
});
