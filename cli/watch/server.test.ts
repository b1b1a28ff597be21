import { type IncomingHttpHeaders, request } from "node:http";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { story } from "../verdict/golden/history-builder.ts";
import { Feed } from "./feed.ts";
import { servedPage } from "./page-html.ts";
import type { PageRequest } from "./page-request.ts";
import { type PageServer, servePage } from "./server.ts";

const asked: PageRequest[] = [];
const feed = new Feed();
let server: PageServer;
let site: URL;

beforeAll(async () => {
  server = await servePage({
    page: servedPage({ faults: [{ kind: "kill", word: "Kill" }] }),
    assets: { script: "script();", style: "a{}" },
    feed,
    act: async (request) => {
      asked.push(request);
      return { ok: request.do !== "heal", says: "done" };
    },
  });
  site = new URL(server.url);
});

afterAll(() => server[Symbol.asyncDispose]());

interface Sent {
  method?: string;
  /** Below the token, or from the root when it begins with a slash. */
  path?: string;
  headers?: Record<string, string>;
  body?: string;
  port?: string;
}

interface Got {
  status: number | undefined;
  text: string;
  headers: IncomingHttpHeaders;
}

/** As a browser on our own page would ask, unless told otherwise. */
function ask({ method = "GET", path = "", headers = {}, body, port = site.port }: Sent = {}): Promise<Got> {
  const target = path.startsWith("/") ? path : `${site.pathname}${path}`;
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, method, path: target, headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => {
        text += chunk;
      });
      response.on("end", () => resolve({ status: response.statusCode, text, headers: response.headers }));
    });
    sent.on("error", reject);
    sent.end(body);
  });
}

const kill = JSON.stringify({ do: "fault", kind: "kill", service: "app2" });
const json = { "content-type": "application/json" };

/** A press of a button, by default as our own page does it. */
function press({ headers = {}, ...rest }: Sent = {}): Promise<Got> {
  return ask({
    method: "POST",
    path: "act",
    headers: { origin: site.origin, ...json, ...headers },
    body: kill,
    ...rest,
  });
}

describe("who has the address", () => {
  it("gets page, script and style, which may ask only this server and be shown by no other site", async () => {
    const { status, text, headers } = await ask();
    expect(status).toBe(200);
    expect(text).toContain('<script src="page.js"></script>');
    expect(headers["content-security-policy"]).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    );
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "no-referrer",
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "no-store",
    });
    expect(await ask({ path: "page.js" })).toMatchObject({ status: 200, text: "script();" });
    expect(await ask({ path: "page.css" })).toMatchObject({ status: 200, text: "a{}" });
  });

  it("may act: what the page asks for is done once, and the answer says what came of it", async () => {
    asked.length = 0;
    expect(await press()).toMatchObject({ status: 200, text: '{"ok":true,"says":"done"}' });
    expect(await press({ body: '{"do":"heal","service":"app2"}' })).toMatchObject({ status: 409 });
    expect(asked).toEqual([
      { do: "fault", kind: "kill", service: "app2" },
      { do: "heal", service: "app2" },
    ]);
  });

  it("may call it localhost", async () => {
    expect(await ask({ headers: { host: `localhost:${site.port}` } })).toMatchObject({ status: 200 });
  });
});

describe("the address for a browser's command line", () => {
  let secondUses = 0;
  /** A new one, for whoever can read it. */
  const once = () => new URL(server.urlForOnce({ onSecondUse: () => secondUses++ })).pathname;

  it("leads to the page once, and tells nothing of where that is", async () => {
    const path = once();
    expect(path).not.toContain(site.pathname.slice(1, -1));
    const { status, headers, text } = await ask({ path });
    expect({ status, location: headers.location, text }).toEqual({ status: 303, location: site.pathname, text: "" });
    expect(headers).toMatchObject({ "cache-control": "no-store", "referrer-policy": "no-referrer" });
    // As often as one likes: another tab, a reload.
    for (let time = 0; time < 2; time++) expect(await ask({ path: headers.location! })).toMatchObject({ status: 200 });
  });

  it("is worth nothing afterwards: it says what that may mean, there and to the command", async () => {
    const path = once();
    await ask({ path });
    secondUses = 0;
    const { status, headers, text } = await ask({ path });
    expect({ status, location: headers.location, secondUses }).toEqual({ status: 410, secondUses: 1 });
    expect(text).toContain("has been used already");
    expect(text).toContain("end the lab command with Ctrl-C");
    asked.length = 0;
    expect(await press({ path: `${path}/act` })).toMatchObject({ status: 403 });
    expect(await press({ path: `/${path.split("/").at(-1)}/act` })).toMatchObject({ status: 403 });
    expect(asked).toEqual([]);
  });

  it("is worth nothing after a while, or when there is a newer one", async () => {
    const old = once();
    const clock = vi.spyOn(performance, "now").mockReturnValue(performance.now() + 121_000);
    expect(await ask({ path: old })).toMatchObject({ status: 410, text: expect.stringContaining("which is over") });
    clock.mockRestore();
    once();
    expect(await ask({ path: old })).toMatchObject({ status: 403 });
  });

  it.each([
    ["another site", { headers: { "sec-fetch-site": "cross-site" } }, 403],
    ["another Host", { headers: { host: "evil.example" } }, 421],
    ["another method", { method: "HEAD" }, 405],
    ["half of it", {}, 403],
  ] as const)("is not used up by %s", async (_, sent, status) => {
    const path = once();
    expect(await ask({ path: Object.keys(sent).length > 0 ? path : path.slice(0, -1), ...sent })).toMatchObject({
      status,
    });
    expect(await ask({ path })).toMatchObject({ status: 303 });
  });
});

describe("is refused, and nothing is done", () => {
  const strangers: [string, () => Promise<Got>, number][] = [
    ["a request without the token", () => press({ path: "/act" }), 403],
    ["a wrong token", () => press({ path: `/${"x".repeat(32)}/act` }), 403],
    ["a token that only begins like ours", () => press({ path: `${site.pathname.slice(0, -3)}/act` }), 403],
    ["the page without the token", () => ask({ path: "/" }), 403],
    ["the events without the token", () => ask({ path: "/events" }), 403],
    ["another Host, as after DNS rebinding", () => press({ headers: { host: "evil.example" } }), 421],
    ["our Host with another port", () => press({ headers: { host: "127.0.0.1:80" } }), 421],
    ["another Host that reads the page", () => ask({ headers: { host: "evil.example" } }), 421],
    ["another Origin", () => press({ headers: { origin: "http://evil.example" } }), 403],
    ["the Origin null of a sandboxed frame", () => press({ headers: { origin: "null" } }), 403],
    ["our own Origin by https", () => press({ headers: { origin: `https://${site.host}` } }), 403],
    [
      "another Origin that reads the events",
      () => ask({ path: "events", headers: { origin: "http://evil.example" } }),
      403,
    ],
    ["no Origin at all", () => ask({ method: "POST", path: "act", headers: json, body: kill }), 403],
    ["a link on another site", () => ask({ headers: { "sec-fetch-site": "cross-site" } }), 403],
    ["GET on the action", () => ask({ path: "act" }), 405],
    ["PUT on the action", () => press({ method: "PUT" }), 405],
    ["POST on the page", () => press({ path: "" }), 405],
    [
      "the preflight of another site",
      () => press({ method: "OPTIONS", headers: { origin: "http://evil.example" } }),
      403,
    ],
    ["a form", () => press({ headers: { "content-type": "text/plain" } }), 415],
    ["what is no JSON", () => press({ body: "{" }), 400],
    ["a request that nobody knows", () => press({ body: '{"do":"rm"}' }), 400],
    ["a request with more in it", () => press({ body: '{"do":"new-users","x":1}' }), 400],
    ["a very long request", () => press({ body: `"${"x".repeat(5_000)}"` }), 413],
    ["anything else below the token", () => ask({ path: "../../etc/passwd" }), 404],
    ["a name that every object has", () => ask({ path: "constructor" }), 404],
  ];
  it.each(strangers)("%s", async (_, send, status) => {
    asked.length = 0;
    const got = await send();
    expect(got.status).toBe(status);
    expect(got.headers["access-control-allow-origin"]).toBeUndefined();
    expect(asked).toEqual([]);
  });

  it("names the allowed method with 405", async () => {
    expect((await ask({ path: "act" })).headers.allow).toBe("POST");
  });

  it("any request to a page that only shows", async () => {
    await using other = await servePage({ page: "", assets: { script: "", style: "" }, feed });
    const { port, pathname, origin } = new URL(other.url);
    expect(await press({ port, path: `${pathname}act`, headers: { origin, host: `127.0.0.1:${port}` } })).toMatchObject(
      {
        status: 403,
        text: "nothing can be done from this page\n",
      },
    );
  });
});

describe("the server", () => {
  it("listens on the loopback address only, with another token each time", async () => {
    await using other = await servePage({ page: "", assets: { script: "", style: "" }, feed });
    expect(new URL(other.url).hostname).toBe("127.0.0.1");
    expect(new URL(other.url).pathname).not.toBe(site.pathname);
    expect(site.pathname).toMatch(/^\/[\w-]{32}\/$/);
  });

  it("sends what has been and what comes, and says goodbye", async () => {
    const told = story().comesIn("ann", "app1");
    const shown = new Feed();
    const ending = await servePage({ page: "", assets: { script: "", style: "" }, feed: shown });
    for (const event of told.events) shown.record(event);
    const response = await fetch(`${ending.url}events`);
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    shown.record({ type: "end", at: 500, complete: true });
    await ending[Symbol.asyncDispose]();
    const text = await response.text();
    const batches = [...text.matchAll(/^event:message\nid:.*\ndata:(.*)$/gm)].map(
      ([, data]) => JSON.parse(data!) as { events: { type: string }[] },
    );
    expect(batches.flatMap(({ events }) => events.map(({ type }) => type))).toEqual([
      ...told.events.map(({ type }) => type),
      "end",
    ]);
    expect(text).toContain("event:over");
  });
});
