import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, onTestFailed, vi } from "vitest";
import { processes } from "../testing/engine-inventory.ts";
import { openPseudoTerminal } from "../testing/pseudo-terminal.ts";
import { seenInTime } from "../testing/seen-in-time.ts";

// Each test is a process or two, on a machine that may be busy.
vi.setConfig({ testTimeout: 60_000 });

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "session-lab-show-page-"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** `lab replay --page` in a terminal, with a browser that writes down how it was called and stays until the test is over. */
async function showPage() {
  const browser = join(home, "browser");
  const told = join(home, "told");
  const script = `#!/bin/sh\necho "$@" > '${told}'\nwhile [ -e '${told}' ]; do sleep 0.1; done\n`;
  writeFileSync(browser, script, { mode: 0o755 });
  const noDesktop = { DISPLAY: "", WAYLAND_DISPLAY: "", XDG_CURRENT_DESKTOP: "", DESKTOP_SESSION: "" };
  const terminal = openPseudoTerminal(["replay", "--demo", "--page"], {
    LAB_HOME: home,
    BROWSER: browser,
    NO_COLOR: "1",
    ...noDesktop,
  });
  onTestFailed(() => terminal.press("\u0003"));
  await seenInTime("the browser to be opened", {
    look: async () => existsSync(told) && readFileSync(told, "utf8").endsWith("\n"),
    until: Boolean,
    deadlineMs: 30_000,
  });
  const [url = ""] = /http:\S+\/(?=\s)/.exec(terminal.seen()) ?? [];
  return { terminal, url, opened: readFileSync(told, "utf8").trim() };
}

it("no command line has an address of the page that is good once the browser has used it", async () => {
  const { terminal, url, opened } = await showPage();
  const token = new URL(url).pathname.slice(1, -1);
  expect(token).toMatch(/^[\w-]{32}$/);
  expect(await processes(token, "args")).toEqual([]);
  expect(await processes(opened, "args")).not.toEqual([]);

  const page = await fetch(opened);
  expect([page.status, page.url]).toEqual([200, url]);
  const again = await fetch(opened);
  expect([again.status, again.url]).toEqual([410, opened]);
  await terminal.waitFor("was used a second time");
  expect((await fetch(url)).status).toBe(200);

  terminal.press("\u0003");
  expect(await terminal.ended).toBe(0);
});
