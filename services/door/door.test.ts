import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type RequestListener, request, type Server } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { type DoorOptions, openDoor, type RunningDoor } from "./door.ts";

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** An app server that answers so. @returns its port */
async function appServer(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  ends.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return listening(server);
}

/**
 * A port at which somebody listens and never takes a connection, with as many waiting as the kernel lets wait: it drops what else comes
 * (listen(2), backlog), as where an address falls silent.
 */
async function fullQueue(): Promise<number> {
  const program = `require("node:net").createServer().listen({ port: 0, host: "127.0.0.1", backlog: 1 }, function () {
    require("node:fs").writeSync(1, String(this.address().port));
    for (;;);
  })`;
  const listener = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  ends.push(() => listener.kill("SIGKILL"));
  const [said] = (await once(listener.stdout, "data")) as [Buffer];
  const port = Number(said);
  for (let waiting = 0; waiting < 2; waiting++) {
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    ends.push(() => socket.destroy());
    await once(socket, "connect");
  }
  return port;
}

async function listening(server: Server | ReturnType<typeof createTcpServer>): Promise<number> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  return (server.address() as AddressInfo).port;
}

async function door(ports: Record<string, number>, options: Partial<DoorOptions> = {}): Promise<RunningDoor> {
  const appServers = Object.entries(ports).map(([name, port]) => ({ name, port, address: "127.0.0.1" }));
  const opened = await openDoor({ port: 0, host: "127.0.0.1", balancerSecret: "secret", appServers, ...options });
  ends.push(() => opened.close());
  return opened;
}

interface Asked {
  host?: string;
  method?: string;
  path?: string;
  headers?: Record<string, string | string[]>;
  body?: string;
}

/** @returns `200 <body>`, or how it broke off */
async function ask({ port }: RunningDoor, asked: Asked = {}) {
  const { host = `app1.redis.localhost:${port}`, method = "GET", path = "/", headers = {}, body } = asked;
  const question = request({ host: "127.0.0.1", port, method, path, headers: { host, ...headers }, agent: false });
  question.end(body);
  const [answer] = await once(question, "response");
  const text = await answer.toArray().then(
    (chunks: Buffer[]) => Buffer.concat(chunks).toString(),
    (error: NodeJS.ErrnoException) => error.code,
  );
  return { says: `${answer.statusCode} ${text}`, headers: answer.headers as IncomingHttpHeaders };
}

/** Sends these bytes. @returns all that comes back */
async function send({ port }: RunningDoor, text: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.write(text);
  const chunks: Buffer[] = [];
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

describe("a request", () => {
  it("goes to the app server that its host name says, and no other", async () => {
    const [app1, app2] = [
      await appServer((_, response) => response.end("one")),
      await appServer((_, r) => r.end("two")),
    ];
    const opened = await door({ app1, app2 });
    expect((await ask(opened)).says).toBe("200 one");
    expect((await ask(opened, { host: "APP2.memory.localhost" })).says).toBe("200 two");
  });

  it.each([
    "app3.redis.localhost",
    "cookie.redis.localhost",
    "app1.localhost",
    "app1.redis.localhost.evil.example",
    "127.0.0.1",
  ])("for %s is nobody's: 404 that says which there are", async (host) => {
    const opened = await door({ app1: await appServer((_, response) => response.end("one")), app2: 1 });
    expect((await ask(opened, { host })).says).toBe(
      "404 404: ask for <app server>.<store>.localhost; the app servers are app1, app2\n",
    );
  });

  it("brings the store, the secret and who asks; what a stranger says of that does not get there", async () => {
    let reached: IncomingHttpHeaders = {};
    const app1 = await appServer(({ headers }, response) => {
      reached = headers;
      response.end();
    });
    const opened = await door({ app1 });
    const lies = [
      ...["x-session-store", "x-balancing-policy", "x-balancer-secret", "x-real-ip", "x-forwarded-for", "forwarded"],
      ...["x-forwarded-host", "x-forwarded-port", "x_forwarded_for", "x-lab-client-address", "te", "upgrade"],
    ];
    const headers = { accept: "text/html", cookie: "a=1", ...Object.fromEntries(lies.map((name) => [name, "lie"])) };
    await ask(opened, { host: "app1.redis-aof.localhost:4711", headers });
    expect(reached).toEqual({
      ...{ host: "app1.redis-aof.localhost:4711", accept: "text/html", cookie: "a=1" },
      ...{ "x-session-store": "redis-aof", "x-balancing-policy": "direct", "x-balancer-secret": "secret" },
      ...{ "x-real-ip": "127.0.0.1", "x-forwarded-for": "127.0.0.1", "x-forwarded-proto": "http", connection: "close" },
    });
  });

  it.each([
    ["with its length", {}],
    ["in pieces", { "transfer-encoding": "chunked" }],
  ])("brings a body that came %s, with its length", async (_, headers) => {
    const app1 = await appServer(async (incoming, response) => {
      const chunks = await incoming.toArray();
      response.end(
        `${incoming.headers["content-length"]} ${Buffer.concat(chunks)} ${incoming.headers["transfer-encoding"]}`,
      );
    });
    const opened = await door({ app1 });
    expect((await ask(opened, { method: "POST", headers, body: "hello" })).says).toBe("200 5 hello undefined");
  });

  it("with a longer body than any app server takes is 413, and gets nowhere", async () => {
    let asked = 0;
    const app1 = await appServer((_, response) => response.end(`${asked++}`));
    const opened = await door({ app1 });
    expect((await ask(opened, { method: "POST", body: "x".repeat(100_000) })).says).toMatch(/^413 /);
    expect(asked).toBe(0);
  });

  it("that does not come to its end is 408, and no app server waits for it", async () => {
    let asked = 0;
    const app1 = await appServer((_, response) => response.end(`${asked++}`));
    const opened = await door({ app1 }, { requestMs: 500 });
    const half = "POST / HTTP/1.1\r\nHost: app1.redis.localhost\r\nContent-Length: 10\r\n\r\nhalf";
    expect(await send(opened, half)).toMatch(/^HTTP\/1.1 408 /);
    expect(asked).toBe(0);
  });
});

describe("an answer", () => {
  it("comes back as it is, with all of its cookies", async () => {
    const app1 = await appServer((_, response) => {
      response.writeHead(401, { "set-cookie": ["a=1", "b=2"], "x-app-server": "app1" }).end("who?");
    });
    const { says, headers } = await ask(await door({ app1 }));
    expect([says, headers["set-cookie"], headers["x-app-server"]]).toEqual(["401 who?", ["a=1", "b=2"], "app1"]);
  });

  it("of any size comes whole", async () => {
    const app1 = await appServer((_, response) => response.end("x".repeat(5_000_000)));
    expect((await ask(await door({ app1 }))).says).toHaveLength(5_000_004);
  });

  it("that breaks off is seen to: half of one is none", async () => {
    const app1 = await appServer((_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => response.destroy());
    });
    expect((await ask(await door({ app1 }))).says).toBe("200 ECONNRESET");
  });

  it("that stops in the middle is broken off", async () => {
    const app1 = await appServer(
      (_, response) => void response.writeHead(200, { "content-length": "100" }).write("half"),
    );
    const opened = await door({ app1 }, { timeouts: { connectMs: 200, readMs: 300 } });
    expect((await ask(opened)).says).toBe("200 ECONNRESET");
  });
});

describe("an app server", () => {
  it("that is not there is 502", async () => {
    const closed = createTcpServer();
    const port = await listening(closed);
    await new Promise((resolve) => closed.close(resolve));
    expect((await ask(await door({ app1: port }))).says).toMatch(/^502 /);
  });

  it("that says nothing is 504 after a second, and is asked but once", async () => {
    let asked = 0;
    const app1 = await appServer(() => void asked++);
    const begin = performance.now();
    expect((await ask(await door({ app1 }))).says).toBe("504 504: silent for 1000 ms\n");
    expect(performance.now() - begin).toBeGreaterThan(990);
    expect(asked).toBe(1);
  });

  it("that cannot be reached is 504", async () => {
    const opened = await door({ app1: await fullQueue() }, { timeouts: { connectMs: 100, readMs: 600_000 } });
    expect((await ask(opened)).says).toMatch(/^504 /);
  });

  it("is left alone when who asked has left", async () => {
    let asked = false;
    let left = false;
    const app1 = await appServer(({ socket }) => {
      asked = true;
      socket.once("close", () => (left = true));
    });
    // So long that it is not the silence which ends it.
    const { port } = await door({ app1 }, { timeouts: { connectMs: 600_000, readMs: 600_000 } });
    const socket = connect(port, "127.0.0.1").on("error", () => {});
    socket.write("GET / HTTP/1.1\r\nHost: app1.redis.localhost\r\n\r\n");
    await expect.poll(() => asked).toBe(true);
    socket.destroy();
    await expect.poll(() => left).toBe(true);
  });
});

describe("no request hides in another:", () => {
  const host = "Host: app1.redis.localhost\r\n";
  it.each([
    ["two lengths", `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`],
    [
      "a length and pieces",
      `POST / HTTP/1.1\r\n${host}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      "a Connection that names the length",
      `POST / HTTP/1.1\r\n${host}Connection: content-length\r\nContent-Length: 5\r\n\r\nhello`,
    ],
    ["a Connection that names a cookie", `GET / HTTP/1.1\r\n${host}Connection: close, cookie\r\n\r\n`],
    ["an upgrade", `GET / HTTP/1.1\r\n${host}Connection: upgrade\r\nUpgrade: websocket\r\n\r\n`],
    ["two hosts", `GET / HTTP/1.1\r\n${host}Host: app2.redis.localhost\r\n\r\n`],
    ["another address than the host", `GET http://app2.redis.localhost/ HTTP/1.1\r\n${host}\r\n`],
    ["a line that is none", `GET / HTTP/1.1\r\n${host}no header\r\n\r\n`],
  ])("%s is 400, and gets nowhere", async (_, text) => {
    let asked = 0;
    const app1 = await appServer((_, response) => response.end(`${asked++}`));
    expect(await send(await door({ app1 }), text)).toMatch(/^HTTP\/1.1 400 /);
    expect(asked).toBe(0);
  });
});

describe("a page of another site", () => {
  it.each<[string, Record<string, string>]>([
    ["that the browser says to be foreign", { "sec-fetch-site": "cross-site" }],
    ["of a neighbour", { "sec-fetch-site": "same-site" }],
    ["whose origin is another", { origin: "http://evil.example" }],
    ["without an origin", { origin: "null" }],
  ])("%s is 403, and gets nowhere", async (_, headers) => {
    let asked = 0;
    const app1 = await appServer((_, response) => response.end(`${asked++}`));
    expect((await ask(await door({ app1 }), { headers })).says).toMatch(/^403 /);
    expect(asked).toBe(0);
  });

  it("is not the app's own, nor a person's typing", async () => {
    const opened = await door({ app1: await appServer((_, response) => response.end("one")) });
    const own = { origin: `http://app1.redis.localhost:${opened.port}` };
    for (const headers of [own, { "sec-fetch-site": "same-origin" }, { "sec-fetch-site": "none" }])
      expect((await ask(opened, { headers })).says).toBe("200 one");
  });
});

it("says that it is open, whatever the app servers do", async () => {
  const opened = await door({ app1: 1 });
  expect((await ask(opened, { host: "127.0.0.1:3000", path: "/door-healthz" })).says).toMatch(/^200 /);
});
