import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import { type HttpReply, type HttpRequest, openTransport } from "./transport.ts";

/** One request to a server that answers so. */
async function ask(listener: RequestListener, request: Partial<HttpRequest> = {}): Promise<HttpReply> {
  const server = createServer(listener);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const transport = openTransport({ port: (server.address() as AddressInfo).port });
  try {
    return await transport.send({
      host: "any.localhost",
      method: "GET",
      path: "/",
      headers: {},
      connection: "kept",
      ...request,
    });
  } finally {
    await transport.close();
    server.close();
    server.closeAllConnections();
  }
}

it("reads an answer that comes in pieces, whatever they cut apart", async () => {
  const reply = await ask(async (_, response) => {
    response.writeHead(200, { "set-cookie": ["a=1", "b=2"] });
    for (const byte of Buffer.from("Grüße")) {
      response.write(Buffer.of(byte));
      await sleep(1);
    }
    response.end();
  });
  expect(reply).toMatchObject({
    answered: true,
    status: 200,
    headers: { "set-cookie": ["a=1", "b=2"] },
    body: "Grüße",
  });
});

it("takes the answer that counts, not the one that announces it", async () => {
  const reply = await ask((_, response) => {
    response.writeEarlyHints({ link: "</style.css>; rel=preload" });
    response.writeHead(401).end("who?");
  });
  expect(reply).toMatchObject({ answered: true, status: 401, body: "who?" });
});

it("calls half an answer none: it was sent, and nobody knows what came of it", async () => {
  const reply = await ask(
    (_, response) => {
      response.writeHead(200, { "content-length": "100" });
      response.write("half", () => response.destroy());
    },
    { method: "POST", body: "{}" },
  );
  expect(reply).toEqual({ answered: false, sent: true, reason: "connection closed without an answer" });
});

it.each(["kept", "fresh"] as const)(
  "says of a %s connection that is refused that nothing was sent",
  async (connection) => {
    const server = createServer();
    await once(server.listen(0, "127.0.0.1"), "listening");
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const transport = openTransport({ port });
    const reply = await transport.send({ host: "any.localhost", method: "GET", path: "/", headers: {}, connection });
    await transport.close();
    expect(reply).toEqual({ answered: false, sent: false, reason: "connection refused" });
  },
);

it("answers what is still under way when it is closed", async () => {
  const server = createServer(() => {});
  await once(server.listen(0, "127.0.0.1"), "listening");
  const transport = openTransport({ port: (server.address() as AddressInfo).port });
  const reply = transport.send({ host: "any.localhost", method: "GET", path: "/", headers: {}, connection: "kept" });
  await once(server, "request");
  await transport.close();
  expect(await reply).toMatchObject({ answered: false, sent: true });
  server.closeAllConnections();
  server.close();
});

it("talks to the lab's own port on loopback and to nothing else, whatever host is named or answered", async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.socket.localAddress} ${request.headers.host} ${request.url}`);
    response.writeHead(302, { location: "http://192.0.2.1/elsewhere" }).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const transport = openTransport({ port });
  try {
    for (const [host, path] of [
      ["elsewhere.example", "/"],
      ["192.0.2.1", "//elsewhere.example/"],
    ] as const) {
      const reply = await transport.send({ host, method: "GET", path, headers: {}, connection: "fresh" });
      expect(reply).toMatchObject({ answered: true, status: 302 });
    }
  } finally {
    await transport.close();
    server.close();
  }
  expect(seen).toEqual([`127.0.0.1 elsewhere.example:${port} /`, `127.0.0.1 192.0.2.1:${port} //elsewhere.example/`]);
});
