import fc from "fast-check";
import { CookieJar } from "tough-cookie";
import { describe, expect, it, vi } from "vitest";
import type { SiteReply } from "../subject/site.ts";
import { labSite } from "./lab-site.ts";
import type { HttpRequest, Transport } from "./transport.ts";
import { VirtualUser } from "./virtual-user.ts";

/** A site that is played by the test: it answers what it is told to, and remembers what it was asked. */
function playSite(answers: SiteReply[]): Transport & { asked: HttpRequest[] } {
  const asked: HttpRequest[] = [];
  return {
    asked,
    send: async (request) => {
      asked.push(request);
      return answers.shift() ?? { answered: false, sent: false, reason: "connection refused" };
    },
    close: async () => {},
  };
}

function session(fields: object, setCookie: string[] = [], status = 200): SiteReply {
  const body = { authenticated: true, user: "shop/1", nonce: "n1", cart: [], cartVersion: 0, ...fields };
  const headers = { "x-app-server": "app1", "x-boot-id": "b1", "set-cookie": setCookie };
  return { answered: true, status, headers, body: JSON.stringify(body) };
}

const anonymous = session({ authenticated: false, user: null, nonce: null });

const origin = "http://127.0.0.1:8080";

function newUser(): VirtualUser {
  return new VirtualUser({ id: "shop/1", origin, host: "cookie.memory.localhost", address: "16.0.0.7", nonce: "n1" });
}

const at = { phase: "baseline" } as const;
let clock = 0;
const now = () => clock++;

describe("a virtual user", () => {
  it("keeps cookies as a browser does, and is seen at its own address, where its architecture is", async () => {
    const transport = playSite([session({}, ["sid=s1; Path=/; HttpOnly", "SERVER_ID=app1; Path=/"]), session({})]);
    const user = newUser();
    await user.perform("log-in", { site: labSite, transport, now }, at);
    await user.perform("who-am-i", { site: labSite, transport, now }, at);
    expect(transport.asked[1]).toEqual({
      ...{ origin, host: "cookie.memory.localhost", client: "16.0.0.7", connection: "kept" },
      ...{ method: "GET", path: "/whoami" },
      headers: { accept: "application/json", cookie: "sid=s1; SERVER_ID=app1" },
    });
  });

  it("pins the cookies of its last acknowledged write; a read that rewrites one does not move the pin", async () => {
    const transport = playSite([
      session({}, ["sid=s1; Path=/", "SERVER_ID=app1; Path=/"]),
      session({ authenticated: false }, ["SERVER_ID=app2; Path=/"]),
      session({}),
    ]);
    const user = newUser();
    await user.perform("log-in", { site: labSite, transport, now }, at);
    await user.perform("who-am-i", { site: labSite, transport, now }, at);
    await user.perform("who-am-i", { site: labSite, transport, now }, { ...at, jar: "pinned" });
    expect(transport.asked[2]!.headers.cookie).toBe("sid=s1; SERVER_ID=app1");
  });

  it("keeps the cookies from before a logout as the pinned ones: a thief would have copied those", async () => {
    const transport = playSite([session({}, ["sid=s1; Path=/"]), anonymous, anonymous]);
    const user = newUser();
    await user.perform("log-in", { site: labSite, transport, now }, at);
    await user.perform("log-out", { site: labSite, transport, now }, at);
    await user.perform("who-am-i", { site: labSite, transport, now }, { ...at, jar: "pinned" });
    expect(transport.asked[2]!.headers.cookie).toBe("sid=s1");
  });

  it("loses only the cookies that it had before the login", async () => {
    const transport = playSite([
      session({ authenticated: false }, ["SERVER_ID=app1; Path=/"]),
      session({}, ["sid=s1; Path=/"]),
      session({}),
    ]);
    const user = newUser();
    await user.perform("who-am-i", { site: labSite, transport, now }, at);
    await user.perform("log-in", { site: labSite, transport, now }, at);
    user.loseAffinityCookies();
    await user.perform("who-am-i", { site: labSite, transport, now }, at);
    expect(transport.asked[2]!.headers.cookie).toBe("sid=s1");
  });

  it("made anew from its stored cookies sends the same ones, and not those that the site took back", async () => {
    const transport = playSite([
      session({}, ["sid=s1; Path=/; HttpOnly", "SERVER_ID=app1; Path=/", "old=1; Path=/"]),
      session({}, ["old=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT"]),
      session({}),
    ]);
    const user = newUser();
    await user.perform("log-in", { site: labSite, transport, now }, at);
    await user.perform("who-am-i", { site: labSite, transport, now }, at);
    const stored = JSON.parse(JSON.stringify(user.serializedCookies));
    const again = new VirtualUser({
      id: "shop/1",
      origin,
      host: user.host,
      address: "16.0.0.7",
      nonce: "n1",
      cookies: stored,
    });
    await again.perform("who-am-i", { site: labSite, transport, now }, at);
    expect(transport.asked[2]!.headers.cookie).toBe("sid=s1; SERVER_ID=app1");
    expect(again.cookies).toEqual([
      { name: "sid", value: "s1" },
      { name: "SERVER_ID", value: "app1" },
    ]);
  });
});

it("sends what a jar would that takes every line of every answer, the repeated ones, too", async () => {
  const line = fc
    .tuple(
      fc.constantFrom("sid", "SERVER_ID", " SERVER_ID"),
      fc.constantFrom("1", "2", ""),
      fc.constantFrom("", "; Path=/", "; Path=/elsewhere", "; Max-Age=0", "; Max-Age=60", "; Secure"),
      fc.constantFrom("", "; Expires=Thu, 01 Jan 1970 00:00:00 GMT"),
    )
    .map(([name, value, ...attributes]) => `${name}=${value}${attributes.join("")}`);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(line, { maxLength: 2 }), { maxLength: 8 }), async (answers) => {
      const user = newUser();
      const url = `http://${user.host}/`;
      const jar = new CookieJar();
      const transport = playSite(answers.map((lines) => session({}, lines)));
      const due: (string | undefined)[] = [];
      for (const lines of answers) {
        due.push(jar.getCookieStringSync(url) || undefined);
        await user.perform("who-am-i", { site: labSite, transport, now }, at);
        for (const one of lines) jar.setCookieSync(one, url, { ignoreError: true });
      }
      expect(transport.asked.map(({ headers }) => headers.cookie)).toEqual(due);
    }),
    { numRuns: 300 },
  );
});

it("lets a cookie end when its time is over", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  try {
    const transport = playSite([session({}, ["sid=s1; Max-Age=10"]), session({}), session({})]);
    const user = newUser();
    for (const seconds of [0, 6, 11]) {
      vi.setSystemTime(Date.now() + seconds * 1_000);
      await user.perform("who-am-i", { site: labSite, transport, now }, at);
    }
    expect(transport.asked.map(({ headers }) => headers.cookie)).toEqual([undefined, "sid=s1", undefined]);
  } finally {
    vi.useRealTimers();
  }
});

describe("what an answer means", () => {
  const understood = async (kind: "who-am-i" | "log-in" | "add-item", reply: SiteReply) => {
    const { outcome, answer } = await newUser().perform(kind, { site: labSite, transport: playSite([reply]), now }, at);
    return `${outcome}, ${answer}`;
  };
  const appSays = (status: number, body: unknown): SiteReply => ({
    answered: true,
    status,
    headers: { "x-app-server": "app1", "x-boot-id": "b1" },
    body: JSON.stringify(body),
  });
  const nginxSays = (status: number): SiteReply => ({ answered: true, status, headers: {}, body: "<html>" });

  it.each<[string, "who-am-i" | "log-in" | "add-item", SiteReply, string]>([
    ["my user and my nonce", "who-am-i", session({}), "ok, me"],
    ["my user with another nonce", "who-am-i", session({ nonce: "n2" }), "ok, someone-else"],
    ["another user with my nonce", "who-am-i", session({ user: "shop/2" }), "ok, someone-else"],
    ["nobody", "who-am-i", anonymous, "ok, anonymous"],
    ["401 to a write", "add-item", { ...anonymous, status: 401 } as SiteReply, "rejected, anonymous"],
    [
      "503 of the app to a read",
      "who-am-i",
      appSays(503, { error: "store unreachable" }),
      "rejected, store-unreachable",
    ],
    [
      "503 of the app to a write",
      "add-item",
      appSays(503, { error: "store unreachable" }),
      "unknown, store-unreachable",
    ],
    ["504 of nginx to a write", "log-in", nginxSays(504), "unknown, none"],
    ["404", "log-in", appSays(404, { error: "no such store" }), "rejected, none"],
    ["200 that is not a session", "who-am-i", appSays(200, { hello: "world" }), "rejected, none"],
    ["200 that is not a session, to a write", "add-item", appSays(200, "ok"), "unknown, none"],
    ["no connection, to a write", "log-in", { answered: false, sent: false, reason: "refused" }, "rejected, none"],
    [
      "a connection that broke, to a write",
      "log-in",
      { answered: false, sent: true, reason: "reset" },
      "unknown, none",
    ],
  ])("%s", async (_what, kind, reply, expected) => {
    expect(await understood(kind, reply)).toBe(expected);
  });
});
