/** What happens to one request on its way, whatever the app servers and the browser do. */
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { PassThrough } from "node:stream";
import { buffer, text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { startSilentAddress } from "../../app/testing/silent-address.ts";
import { SOON_MS, waitUntil } from "../../app/testing/wait-until.ts";
import { AppServers } from "./app-servers.ts";
import { attempt } from "./attempt.ts";
import { BALANCER_SECRET, Browser, QUICK, startTestBalancer, type TestBalancer } from "./testing/test-balancer.ts";

/** No health check comes in between: what is seen is the request's own doing. */
const UNCHECKED = { healthCheckEveryMs: 60_000 };
const IMPATIENT = { ...UNCHECKED, ...QUICK };
const atApp2 = { headers: { cookie: "sticky_server=1", "x-balancer-secret": BALANCER_SECRET } };
const post = (body: string) => ({ ...atApp2, method: "POST", body });

/** Sends a request by hand, to see its answer while it comes. */
async function open({ port }: TestBalancer, options: { method?: string; headers?: Record<string, string> } = {}) {
  const outgoing = request({ host: "127.0.0.1", port, path: "/", ...atApp2, ...options });
  outgoing.on("error", () => {});
  const answer = once(outgoing, "response").then(([response]) => response as IncomingMessage);
  answer.catch(() => {});
  return { outgoing, answer };
}

describe("an app server that refuses connections", () => {
  test("costs a GET nothing: another one answers", async () => {
    const lab = await startTestBalancer(UNCHECKED);
    await lab.apps[1].stop();
    expect(await new Browser(lab).ask("/a", atApp2)).toMatchObject({ status: 200, text: "app1" });
    expect(lab.lines).toEqual([expect.stringMatching(/ is down: connect ECONNREFUSED /)]);
  });

  test("costs a POST nothing either: none of it was sent, and all of its body reaches the other one", async () => {
    const lab = await startTestBalancer(UNCHECKED);
    await lab.apps[1].stop();
    lab.apps[0].answer = async (incoming, response) =>
      response.end(`app1 got ${(await buffer(incoming)).length} bytes`);
    const body = "x".repeat(3_000_000);
    expect(await new Browser(lab).ask("/", post(body))).toMatchObject({ status: 200, text: "app1 got 3000000 bytes" });
  });

  test("like all the others gives 502", async () => {
    const lab = await startTestBalancer(UNCHECKED);
    for (const app of lab.apps) await app.stop();
    expect(await new Browser(lab).ask()).toMatchObject({ status: 502, text: "502: no app server answered\n" });
    expect(await new Browser(lab).ask("/", post("x".repeat(100_000)))).toMatchObject({ status: 502 });
  });
});

test("an app server whose address is silent is given up after the connect timeout", async () => {
  await using silent = await startSilentAddress();
  const { apps } = await startTestBalancer(UNCHECKED);
  const lab = await startTestBalancer({
    ...UNCHECKED,
    timeouts: { connectMs: 100, readMs: 60_000, bodyMs: 60_000 },
    appServers: [{ host: "127.0.0.1", port: Number(new URL(silent.url).port) }, apps[0].address],
  });
  const startedMs = performance.now();
  expect(await new Browser(lab).ask("/", post("a body"))).toMatchObject({ status: 200, text: "app1" });
  expect(await new Browser(lab, "sticky_server=0").ask()).toMatchObject({ status: 200, text: "app1" });
  expect(performance.now() - startedMs).toBeLessThan(SOON_MS);
});

describe("an app server that dies with a request in its hands", () => {
  test("costs a GET nothing: it is asked again elsewhere", async () => {
    const lab = await startTestBalancer(UNCHECKED);
    lab.apps[1].answer = (incoming) => incoming.socket.destroy();
    expect(await new Browser(lab).ask("/a", atApp2)).toMatchObject({ status: 200, text: "app1" });
    expect(lab.apps.map(({ asked }) => asked)).toEqual([["GET /a"], ["GET /a"], []]);
  });

  test.each([
    ["POST", 1],
    ["POST", 1_000_000],
    ["PATCH", 1],
  ])(
    "ends a %s of %i bytes with 502: it may have been carried out, and is not sent twice",
    async (method, sizeBytes) => {
      const lab = await startTestBalancer(UNCHECKED);
      lab.apps[1].answer = (incoming) => incoming.socket.destroy();
      expect(await new Browser(lab).ask("/", { ...post("x".repeat(sizeBytes)), method })).toMatchObject({
        status: 502,
      });
      expect(lab.apps.map(({ asked }) => asked.length)).toEqual([0, 1, 0]);
    },
  );

  test("ends a PUT with a body with 502: the body is gone", async () => {
    const lab = await startTestBalancer(UNCHECKED);
    lab.apps[1].answer = (incoming) => incoming.socket.destroy();
    expect(await new Browser(lab).ask("/", { ...post("x"), method: "PUT" })).toMatchObject({ status: 502 });
  });

  test("in the middle of its answer breaks the browser's answer, too, instead of ending it well", async () => {
    const lab = await startTestBalancer(UNCHECKED);
    lab.apps[1].answer = (incoming, response) => {
      response.write("half of ");
      setTimeout(() => incoming.socket.destroy(), 20);
    };
    const { outgoing, answer } = await open(lab);
    outgoing.end();
    await expect(text(await answer)).rejects.toThrow("aborted");
    expect(lab.apps[0].asked).toEqual([]);
  });
});

describe("a frozen app server, which accepts connections and says nothing", () => {
  test("costs a GET the read timeout, then another one answers", async () => {
    const lab = await startTestBalancer(IMPATIENT);
    lab.apps[1].answer = () => {};
    expect(await new Browser(lab).ask("/", atApp2)).toMatchObject({ status: 200, text: "app1" });
    expect(lab.lines).toEqual([expect.stringMatching(/ is down: silent for 1000 ms$/)]);
  });

  test("ends a POST with 504", async () => {
    const lab = await startTestBalancer(IMPATIENT);
    lab.apps[1].answer = () => {};
    expect(await new Browser(lab).ask("/", post("x"))).toMatchObject({ status: 504 });
    expect(lab.apps[0].asked).toEqual([]);
  });

  test("is not one that answered while the balancer itself stood still", async () => {
    const lab = await startTestBalancer(IMPATIENT);
    lab.apps[1].answer = (_request, response) => {
      // App server and balancer are one process in this test: both stand still.
      for (const end = performance.now() + 2_000; performance.now() < end; );
      response.end("app2");
    };
    expect(await new Browser(lab).ask("/", atApp2)).toMatchObject({ status: 200, text: "app2" });
    expect(lab.lines).toEqual([]);
  });

  test("in the middle of its answer breaks the browser's answer", async () => {
    const lab = await startTestBalancer(IMPATIENT);
    lab.apps[1].answer = (_request, response) => response.write("half of ");
    const { outgoing, answer } = await open(lab);
    outgoing.end();
    await expect(text(await answer)).rejects.toThrow("aborted");
  });
});

describe("a browser that stops in the middle of its body", () => {
  const SLOW_BODY = { ...UNCHECKED, timeouts: { connectMs: 2_000, readMs: 1_000, bodyMs: 2_000 } };
  /** 3 bytes of 1,000 are sent. */
  const openHalf = async (lab: TestBalancer, framing: Record<string, string> = { "content-length": "1000" }) => {
    const opened = await open(lab, { method: "POST", headers: { ...atApp2.headers, ...framing } });
    opened.outgoing.write("abc");
    return opened;
  };

  test.each([{ "content-length": "1000" }, { "transfer-encoding": "chunked" }])(
    "gets 408, and the app server that waited with it is not blamed: %j",
    async (framing) => {
      const lab = await startTestBalancer(SLOW_BODY);
      let dropped = false;
      lab.apps[1].answer = (incoming) => incoming.on("close", () => (dropped = true)).resume();
      const { answer } = await openHalf(lab, framing);
      const { statusCode, headers } = await answer;
      expect([statusCode, headers.connection]).toEqual([408, "close"]);
      expect(await text(await answer)).toBe("408: nothing more of the body came for 2000 ms\n");
      await waitUntil("the app server to be left alone", () => dropped);
      expect(lab.lines).toEqual([]);
      expect(lab.apps.map(({ asked }) => asked.length)).toEqual([0, 1, 0]);
    },
  );

  test("and then goes on, is answered: it was slow, and nobody was silent", async () => {
    const lab = await startTestBalancer({ ...SLOW_BODY, timeouts: { ...SLOW_BODY.timeouts, bodyMs: 60_000 } });
    lab.apps[1].answer = async (incoming, response) => response.end(await text(incoming));
    const { outgoing, answer } = await openHalf(lab, {});
    await delay(1_500);
    outgoing.write("def");
    await delay(1_500);
    outgoing.end("ghi");
    expect(await text(await answer)).toBe("abcdefghi");
    expect(lab.lines).toEqual([]);
  });

  test("and then goes on, at a server that has frozen meanwhile: that silence is the server's", async () => {
    const lab = await startTestBalancer({ ...SLOW_BODY, timeouts: { ...SLOW_BODY.timeouts, bodyMs: 60_000 } });
    lab.apps[1].answer = () => {};
    const { outgoing, answer } = await openHalf(lab, {});
    await delay(1_500);
    expect(lab.lines).toEqual([]);
    outgoing.end("def");
    expect((await answer).statusCode).toBe(504);
    expect(lab.lines).toEqual([expect.stringMatching(/ is down: silent for 1000 ms$/)]);
  });
});

test("an app server that takes no more of a body, though the browser has more, is the one that is silent", async () => {
  // The browser, too, stands still then, because nobody reads it: it must not be blamed first.
  const lab = await startTestBalancer({ ...UNCHECKED, timeouts: { connectMs: 2_000, readMs: 1_000, bodyMs: 500 } });
  lab.apps[1].answer = (incoming) => incoming.pause();
  // More than all buffers in between hold.
  expect(await new Browser(lab).ask("/", { ...post(""), body: Buffer.alloc(50_000_000) })).toMatchObject({
    status: 504,
  });
  expect(lab.lines).toEqual([expect.stringMatching(/ is down: silent for 1000 ms$/)]);
});

test("a request that cannot be passed on at all is the browser's mistake: 400, nobody is blamed, nothing is tried again", async () => {
  const { apps } = await startTestBalancer(UNCHECKED);
  const lines: string[] = [];
  const servers = new AppServers([apps[0].address], (line) => lines.push(line));
  // Node's parser lets none of these through; who passes on what another parser let through must survive them.
  for (const wrong of [{ url: "/with space" }, { headers: { "x-a": "\u0000" } }, { method: "NO METHOD" }]) {
    const incoming = Object.assign(new PassThrough(), { method: "GET", url: "/", headers: {}, ...wrong });
    const timeouts = { connectMs: 2_000, readMs: 5_000, bodyMs: 5_000 };
    const signal = new AbortController().signal;
    const result = await attempt(incoming as unknown as IncomingMessage, servers.all[0]!, timeouts, signal);
    expect(result).toEqual({ answered: false, fault: "browser", status: 400, reason: expect.stringMatching(/\w/) });
  }
  servers.close();
  expect([apps[0].asked, lines]).toEqual([[], []]);
});

describe("streaming", () => {
  test("an answer reaches the browser while the app server is still writing it", async () => {
    const lab = await startTestBalancer(UNCHECKED);
    let finish = () => {};
    lab.apps[1].answer = (_request, response) => {
      response.write("first");
      finish = () => response.end("last");
    };
    const { outgoing, answer } = await open(lab);
    outgoing.end();
    const response = await answer;
    expect(String((await once(response, "data"))[0])).toBe("first");
    finish();
    expect(await text(response)).toBe("last");
  });

  test("a body reaches the app server while the browser is still sending it", async () => {
    const lab = await startTestBalancer(UNCHECKED);
    const arrived: string[] = [];
    lab.apps[1].answer = (incoming, response) => {
      incoming.on("data", (chunk) => arrived.push(String(chunk))).on("end", () => response.end(arrived.join(" ")));
    };
    const { outgoing, answer } = await open(lab, { method: "POST", headers: { ...atApp2.headers } });
    outgoing.write("first");
    await waitUntil("the first part to arrive", () => arrived.length === 1);
    outgoing.end("last");
    expect(await text(await answer)).toBe("first last");
  });

  test("a body of unknown length keeps its shape with any method", async () => {
    const lab = await startTestBalancer(UNCHECKED);
    lab.apps[1].answer = async (incoming, response) => response.end(`${incoming.method} ${await text(incoming)}`);
    const headers = { ...atApp2.headers, "transfer-encoding": "chunked" };
    for (const method of ["POST", "DELETE", "GET"]) {
      const { outgoing, answer } = await open(lab, { method, headers });
      outgoing.end("body");
      expect(await text(await answer)).toBe(`${method} body`);
    }
  });

  test("a browser that is slower than the app server gets its whole answer", async () => {
    const lab = await startTestBalancer(IMPATIENT);
    const sizeBytes = 20_000_000;
    lab.apps[1].answer = (_request, response) => response.end(Buffer.alloc(sizeBytes));
    const { outgoing, answer } = await open(lab);
    outgoing.end();
    const response = await answer;
    // Longer than the read timeout, with far more to come than all buffers in between hold.
    await delay(1_500);
    expect((await buffer(response)).length).toBe(sizeBytes);
  });

  test("answers without a body stay so", async () => {
    const lab = await startTestBalancer(UNCHECKED);
    lab.apps[1].answer = (_request, response) => response.writeHead(204, { "X-App": "app2" }).end();
    expect(await new Browser(lab).ask("/", atApp2)).toMatchObject({ status: 204, text: "" });
    lab.apps[1].answer = (_request, response) => response.writeHead(200, { "Content-Length": 5 }).end();
    const { outgoing, answer } = await open(lab, { method: "HEAD" });
    outgoing.end();
    const { statusCode, headers } = await answer;
    expect([statusCode, headers["content-length"]]).toEqual([200, "5"]);
  });
});

describe("what passes through", () => {
  test("is everything of the request but what speaks of the connection", async () => {
    const lab = await startTestBalancer(UNCHECKED);
    const headers = {
      ...atApp2.headers,
      host: "node-cookie.redis.localhost:8080",
      "x-forwarded-for": "16.0.0.7",
      "x-session-store": "redis",
      connection: "close, x-private",
      "x-private": "1",
      te: "trailers",
    };
    const { outgoing, answer } = await open(lab, { headers });
    outgoing.end();
    await (await answer).resume();
    expect(lab.apps[1].requests[0]?.headers).toEqual({
      ...atApp2.headers,
      host: "node-cookie.redis.localhost:8080",
      "x-forwarded-for": "16.0.0.7",
      "x-session-store": "redis",
      connection: "keep-alive",
    });
  });

  test("is an answer of any status: an app that says 500 has answered, and is not asked again", async () => {
    const lab = await startTestBalancer(UNCHECKED);
    lab.apps[1].answer = (_request, response) => response.writeHead(500, "Broken").end("app2 says so");
    expect(await new Browser(lab).ask("/", atApp2)).toMatchObject({ status: 500, text: "app2 says so" });
    expect(lab.lines).toEqual([]);
  });
});

describe("connections", () => {
  test("to an app server are kept and used again", async () => {
    const lab = await startTestBalancer(UNCHECKED);
    // The one and only health check has a connection of its own.
    await waitUntil("the health check", () => lab.apps[1].connections === 1);
    for (let time = 0; time < 20; time++) await new Browser(lab).ask("/", atApp2);
    expect(lab.apps[1].connections).toBe(2);
  });

  test("to an app server that went down are not used again: they may be dead without having been told so", async () => {
    const lab = await startTestBalancer(IMPATIENT);
    let closed = false;
    lab.apps[1].answer = (incoming, response) => {
      if (incoming.url === "/hangs") return;
      incoming.socket.on("close", () => (closed = true));
      response.end("app2");
    };
    await Promise.all([new Browser(lab).ask("/a", atApp2), new Browser(lab).ask("/hangs", atApp2)]);
    await waitUntil("the idle connection to end", () => closed);
  });

  test("of a browser survive a POST whose body nobody wanted", async () => {
    const lab = await startTestBalancer(UNCHECKED);
    lab.apps[1].answer = (incoming) => incoming.socket.destroy();
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ask = (method: string, body: string) =>
      new Promise<number | undefined>((resolve) => {
        const headers = { ...atApp2.headers, "content-length": body.length };
        request({ port: lab.port, agent, method, headers }, (response) => {
          response.resume().on("end", () => resolve(response.statusCode));
        }).end(body);
      });
    expect([await ask("POST", "x".repeat(2_000_000)), await ask("GET", "")]).toEqual([502, 200]);
    agent.destroy();
  });

  test("to an app server end when the browser leaves, and the app server is not blamed", async () => {
    const lab = await startTestBalancer(UNCHECKED);
    let dropped = false;
    lab.apps[1].answer = (incoming) => incoming.socket.on("close", () => (dropped = true));
    const { outgoing } = await open(lab);
    outgoing.end();
    await waitUntil("the request to arrive", () => lab.apps[1].asked.length === 1);
    outgoing.destroy();
    await waitUntil("the app server to be left alone", () => dropped);
    expect(lab.lines).toEqual([]);
    expect(lab.apps[0].asked).toEqual([]);
  });
});
