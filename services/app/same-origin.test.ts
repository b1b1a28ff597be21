import { afterAll, beforeAll, describe, expect, test } from "vitest";
import memory from "./stores/memory.ts";
import { startTestApp, type TestApp } from "./testing/test-app.ts";

let app: TestApp;
let host: string;
beforeAll(async () => {
  app = await startTestApp({ stores: new Map([["memory", memory]]) });
  host = new URL(app.url).host;
});
afterAll(() => app.close());

/** `HOST` stands for the one that was asked. */
const logIn = (headers: Record<string, string>) => {
  const sent = Object.entries(headers).map(([name, value]) => [name, value.replace("HOST", host)]);
  return app.visitor().post<unknown>("/login", { user: "x", nonce: "n" }, Object.fromEntries(sent));
};
const sessions = async () => (await app.visitor().get<{ sessions: number }>("/healthz")).body.sessions;

describe("a page of another site", () => {
  test.each([
    [{ "Sec-Fetch-Site": "cross-site", Origin: "https://evil.example" }],
    [{ "Sec-Fetch-Site": "same-site", Origin: "http://other.memory.localhost" }],
    // Of what the browser says itself, it cannot make the app believe something else.
    [{ "Sec-Fetch-Site": "cross-site", Origin: "http://HOST" }],
    [{ "Sec-Fetch-Site": "new-word" }],
    // From browsers that send no Sec-Fetch-Site.
    [{ Origin: "https://evil.example" }],
    [{ Origin: "http://HOST.evil.example" }],
    [{ Origin: "http://evil.example/HOST" }],
    [{ Origin: "http://HOST@evil.example" }],
    [{ Origin: "null" }],
    [{ Origin: "" }],
  ])("changes nothing: %j gets 403", async (headers) => {
    const before = await sessions();
    const { status, body } = await logIn(headers);
    expect([status, body]).toEqual([
      403,
      { error: "this request comes from a page of another site; only the app's own pages may change something" },
    ]);
    expect(await sessions()).toBe(before);
  });

  test.each(["/cart", "/logout", "/nowhere"])("posts nothing to %s either", async (path) => {
    expect((await app.visitor().post(path, {}, { "Sec-Fetch-Site": "cross-site" })).status).toBe(403);
  });

  test("may lead here: looking changes nothing", async () => {
    const before = await sessions();
    const followed = { "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" };
    const answers = [await app.visitor().get("/", followed), await app.visitor().get("/whoami", followed)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(answers.flatMap(({ headers }) => headers.getSetCookie())).toEqual([]);
    expect(await sessions()).toBe(before);
  });
});

describe("whoever is no page of another site", () => {
  test.each([
    ["the app's own page", { "Sec-Fetch-Site": "same-origin", Origin: "http://HOST" }],
    [
      "its own page that keeps its address to itself (Referrer-Policy)",
      { "Sec-Fetch-Site": "same-origin", Origin: "null" },
    ],
    ["a person who types the address", { "Sec-Fetch-Site": "none" }],
    ["its own page in a browser without Sec-Fetch-Site", { Origin: "http://HOST" }],
    ["its own page behind a proxy that speaks TLS to the browser", { Origin: "https://HOST" }],
    ["curl", {}],
  ])("logs in: %s", async (_, headers) => {
    expect((await logIn(headers as Record<string, string>)).status).toBe(200);
  });
});
