import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import memory from "../stores/memory.ts";
import { BALANCER_SECRET, startTestApp, type TestApp } from "../testing/test-app.ts";
import { duration } from "./frame.ts";

const HTML = { Accept: "text/html,application/xhtml+xml,*/*;q=0.8" };

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({
    appServer: "app2",
    stores: new Map([
      ["memory", memory],
      ["other", memory],
    ]),
  });
});
afterAll(() => app.close());

/** What a person reads: the text between the tags, one line per element. */
function readable(page: string): string {
  const body = page.slice(page.indexOf("<body"));
  const lines = body.replaceAll(/<[^>]+>/g, "\n").split("\n");
  return lines
    .map((line) => line.trim())
    .filter(Boolean)
    .join("\n");
}

describe("the page", () => {
  test("tells a stranger which app server answers, and lets them log in", async () => {
    const { status, text } = await app.visitor().get("/", { ...HTML, "X-Balancing-Policy": "round-robin" });
    expect(status).toBe(200);
    expect(
      readable(text)
        .replace(app.bootId.slice(0, 8), "<boot id>")
        .replace(/^(\d+ min )?\d+ s$/m, "<n> s"),
    ).toMatchInlineSnapshot(`
      "This answer comes from
      ▲
      app2
      balancing policy
      round-robin
      session store
      memory
      boot id
      <boot id>
      up for
      <n> s
      Who you are
      not logged in
      Your name
      Log in
      Your cart
      no cart
      A cart belongs to a session.
      Where your session lives
      Memory of the app server
      A session lives in the memory of the one app server process that made it, and dies with that process.
      Reload"
    `);
    expect(text).toContain('<body class="look2">');
  });

  test("shows who one is and the newest of the cart", async () => {
    const visitor = app.visitor();
    await visitor.login("alice");
    for (let item = 1; item <= 9; item++) await visitor.addItem(`item${item}`);
    const text = readable((await visitor.get("/", HTML)).text);
    expect(text).toContain("\nalice\nlogged in since ");
    expect(text).toContain(
      "\n9 items\nversion 9\n… 2 more\nitem3\nitem4\nitem5\nitem6\nitem7\nitem8\nitem9\nAdd an item\n",
    );
    expect(text).toContain("\nLog out\n");
    expect(text).not.toContain("Log in");
  });

  test("shows everything that came from outside as text", async () => {
    const evil = `"><script>alert('1')</script>&`;
    const visitor = app.visitor();
    await visitor.login(evil);
    await visitor.addItem(evil);
    const pages = [
      await visitor.get("/", { ...HTML, "X-Balancing-Policy": evil }),
      await app.visitor(evil).get("/", HTML),
      await app.visitor().get("/", { ...HTML, Host: "x" }),
    ];
    const all = pages.map(({ text }) => text).join();
    expect(all).not.toMatch(/<script|<img|alert\('/);
    expect(all.match(/&#34;&#62;&#60;script&#62;alert\(&#39;1&#39;\)&#60;\/script&#62;&#38;/g)).toHaveLength(6);
  });

  test("is allowed its own style sheet and nothing else", async () => {
    const { headers, text } = await app.visitor().get("/", HTML);
    const policy = headers.get("Content-Security-Policy") ?? "";
    const style = /<style>(.*)<\/style>/s.exec(text)?.[1] ?? "";
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(style));
    expect(policy).toBe(
      `default-src 'none'; style-src 'sha256-${Buffer.from(digest).toString("base64")}'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
    );
    expect(text).not.toMatch(/ style=| on[a-z]+=|<script/);
  });

  test("links to the same policy with other stores, whatever X-Forwarded-Host says", async () => {
    const text = await getAs("cookie.memory.localhost:8080", "memory", { "X-Forwarded-Host": "x.evil.localhost" });
    expect([...text.matchAll(/<a href="(http[^"]+)">/g)].map(([, url]) => url)).toEqual([
      "http://cookie.other.localhost:8080/",
    ]);
  });

  test("links nowhere from a host name that is no architecture's", async () => {
    expect(await getAs("evil.example/?cookie.memory.localhost", "memory")).not.toContain('<a href="http');
  });
});

describe("the page of an unknown store", () => {
  test("lists the known ones with links", async () => {
    const text = await getAs("cookie.nosuch.localhost:8080", "nosuch");
    expect(readable(text)).toContain("\n404\nno session store &#34;nosuch&#34;\nmemory\nother\nReload");
    expect(text).toContain('<a href="http://cookie.memory.localhost:8080/">memory</a>');
  });
});

describe("how long the process is up", () => {
  test.each([
    [0.9, "0 s"],
    [59.9, "59 s"],
    [65, "1 min 05 s"],
    [3599, "59 min 59 s"],
    [7380, "2 h 03 min"],
  ])("%d s are %s", (seconds, text) => expect(duration(seconds)).toBe(text));
});

/** fetch may not set Host. */
function getAs(host: string, store: string, more: Record<string, string> = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const headers = { ...HTML, Host: host, "X-Session-Store": store, "X-Balancer-Secret": BALANCER_SECRET, ...more };
    request(app.url, { headers }, async (response) => resolve(Buffer.concat(await response.toArray()).toString()))
      .on("error", reject)
      .end();
  });
}
