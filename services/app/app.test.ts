import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defineStore } from "./store.ts";
import memory from "./stores/memory.ts";
import { BALANCER_SECRET, startTestApp, type TestApp } from "./testing/test-app.ts";

const broken = defineStore({
  ...memory,
  open: async () => ({
    sessionOf: () => Promise.reject(new TypeError("a mistake of ours")),
    countSessions: () => Promise.reject(new TypeError("a mistake of ours")),
    close: async () => {},
  }),
});

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({
    stores: new Map([
      ["broken", broken],
      ["memory", memory],
    ]),
  });
});
afterAll(() => app.close());

describe("every answer", () => {
  const answers = {
    "an answer": () => app.visitor().whoami(),
    "a page": () => app.visitor().get("/"),
    "an unknown route": () => app.visitor().get("/nowhere"),
    "an error": () => app.visitor().post("/login", "{"),
    "an unknown store": () => app.visitor("nosuch").whoami(),
    "an internal error": () => app.visitor("broken").whoami(),
    "a redirect": () => app.visitor().postForm("/logout", {}),
  };

  test.each(Object.entries(answers))("%s names the app server and its boot, and is stored nowhere", async (_, ask) => {
    const { headers } = await ask();
    expect(Object.fromEntries(headers)).toMatchObject({
      "x-app-server": "app1",
      "x-boot-id": app.bootId,
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
    });
    expect(headers.get("X-Powered-By")).toBeNull();
    expect(headers.get("ETag")).toBeNull();
  });

  test("keeps the connection open longer than nginx does", async () => {
    const { headers } = await app.visitor().whoami();
    expect(headers.get("Keep-Alive")).toBe("timeout=75");
  });
});

describe("an app server that starts again", () => {
  test("has another boot id", async () => {
    await using other = await startTestApp();
    expect(other.bootId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(other.bootId).not.toBe(app.bootId);
  });
});

describe("errors", () => {
  test("an unknown route is a 404 in JSON", async () => {
    const { status, body } = await app.visitor().get("/nowhere");
    expect([status, body]).toEqual([404, { error: "no such page" }]);
  });

  test("an unknown store is a 404 that lists the known ones", async () => {
    const { status, body } = await app.visitor("nosuch").whoami();
    const error = 'no session store "nosuch"';
    expect([status, body]).toEqual([404, { error, store: "nosuch", known: ["broken", "memory"] }]);
  });

  test.each(["/whoami", "/"])("GET %s without a store is a 404 that lists the known ones", async (path) => {
    const response = await fetch(app.url + path, { headers: { "X-Balancer-Secret": BALANCER_SECRET } });
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({
      error: "no session store named: send the header X-Session-Store",
      store: null,
      known: ["broken", "memory"],
    });
  });

  test.each(["/login", "/cart", "/logout"])("POST %s without a store is a 404, too", async (path) => {
    const response = await fetch(app.url + path, {
      method: "POST",
      headers: { "X-Balancer-Secret": BALANCER_SECRET },
    });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({ known: ["broken", "memory"] });
  });

  test.each(["constructor", "__proto__", "toString"])("%s is no store", async (store) => {
    expect((await app.visitor(store).whoami()).status).toBe(404);
  });

  test("malformed JSON is a 400 in JSON", async () => {
    const { status, body } = await app.visitor().post("/login", '{"user":');
    expect(status).toBe(400);
    expect(body).toEqual({ error: expect.stringMatching(/^malformed JSON: /) });
  });

  test("a body over 16 kB is a 413 in JSON", async () => {
    const { status, body } = await app.visitor().post("/login", { user: "a", nonce: "x".repeat(17_000) });
    expect([status, body]).toEqual([413, { error: "request entity too large" }]);
  });

  test("a mistake of ours is a 500 that tells the visitor nothing, and the log everything", async () => {
    const { status, body } = await app.visitor("broken").whoami();
    expect([status, body]).toEqual([500, { error: "internal error" }]);
    expect(app.lines.at(-1)).toMatch(/^GET \/whoami: TypeError: a mistake of ours\n {4}at /);
  });
});

describe("a request that does not come from a balancer", () => {
  const lies = [
    {},
    { "X-Balancer-Secret": "" },
    { "X-Balancer-Secret": "guess" },
    { "X-Balancer-Secret": BALANCER_SECRET.slice(0, -1) },
    { "X-Balancer-Secret": `${BALANCER_SECRET.slice(0, -1)}x` },
    { "X-Balancer-Secret": `${BALANCER_SECRET}, ${BALANCER_SECRET}` },
    { "X-Real-Ip": "127.0.0.1", "X-Forwarded-For": "127.0.0.1" },
  ];
  const asked = (path: string, init: RequestInit, lie: object) =>
    fetch(app.url + path, { ...init, headers: { "X-Session-Store": "memory", ...lie } });
  const login = { method: "POST", body: new URLSearchParams({ user: "mallory", nonce: "n" }) };

  test.each(["/", "/whoami", "/healthz", "/nowhere"])(
    "gets nothing but a 403 of GET %s, and a word of advice",
    async (path) => {
      for (const lie of lies) {
        const response = await asked(path, {}, lie);
        expect([lie, response.status, await response.json()]).toEqual([
          lie,
          403,
          { error: "an app server answers only the balancer: ask the balancer" },
        ]);
      }
    },
  );

  test.each(["/login", "/cart", "/logout"])("changes nothing by POST %s: no session, no cookie", async (path) => {
    const sessions = async () => (await app.visitor().get<{ sessions: number }>("/healthz")).body.sessions;
    const before = await sessions();
    for (const lie of lies) {
      const response = await asked(path, login, lie);
      expect([lie, response.status, response.headers.getSetCookie()]).toEqual([lie, 403, []]);
    }
    expect(await sessions()).toBe(before);
  });

  test("is told no secret, nor is the log", async () => {
    const guess = "the guess of a stranger";
    const answers = [
      await asked("/whoami", {}, { "X-Balancer-Secret": guess }),
      await asked("/whoami", {}, { "X-Balancer-Secret": BALANCER_SECRET }),
      await asked("/", { headers: { Accept: "text/html" } }, { "X-Balancer-Secret": BALANCER_SECRET }),
    ];
    const told = [...(await Promise.all(answers.map((answer) => answer.text()))), ...app.lines].join("\n");
    expect(told).not.toContain(guess);
    expect(told).not.toContain(BALANCER_SECRET);
  });
});

describe("headers of strangers", () => {
  test("X-Forwarded-* change nothing", async () => {
    const visitor = app.visitor();
    const login = { user: "alice", nonce: "n" };
    const forwarded = {
      "X-Forwarded-Proto": "https",
      "X-Forwarded-Host": "evil.example",
      "X-Forwarded-For": "10.0.0.1",
    };
    const { headers } = await visitor.post("/login", login, forwarded);
    expect(headers.get("Set-Cookie")).toMatch(/^sid=s%3A[^;]+; Path=\/; HttpOnly; SameSite=Lax$/);
  });
});
