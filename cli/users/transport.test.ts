import { once } from "node:events";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, it } from "vitest";
import type { SiteReply } from "../subject/site.ts";
import { type HttpRequest, openTransport } from "./transport.ts";

function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** One request to a server that answers so. */
async function ask(listener: RequestListener, request: Partial<HttpRequest> = {}): Promise<SiteReply> {
  const server = createServer(listener);
  await once(server.listen(0, "127.0.0.1"), "listening");
  const transport = openTransport();
  try {
    return await transport.send({
      origin: originOf(server),
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
    const transport = openTransport();
    const reply = await transport.send({
      ...{
        origin: `http://127.0.0.1:${port}`,
        host: "any.localhost",
        method: "GET",
        path: "/",
        headers: {},
        connection,
      },
    });
    await transport.close();
    expect(reply).toEqual({ answered: false, sent: false, reason: "connection refused" });
  },
);

it("answers what is still under way when it is closed", async () => {
  const server = createServer(() => {});
  await once(server.listen(0, "127.0.0.1"), "listening");
  const transport = openTransport();
  const reply = transport.send({
    ...{ origin: originOf(server), host: "any.localhost", method: "GET", path: "/", headers: {}, connection: "kept" },
  });
  await once(server, "request");
  await transport.close();
  expect(await reply).toMatchObject({ answered: false, sent: true });
  server.closeAllConnections();
  server.close();
});

it("talks to the origin that a request names and to nothing else, whatever host is named or answered", async () => {
  const seen: string[] = [];
  const server = createServer((request, response) => {
    seen.push(`${request.socket.localAddress} ${request.headers.host} ${request.url}`);
    response.writeHead(302, { location: "http://192.0.2.1/elsewhere" }).end();
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = server.address() as AddressInfo;
  const transport = openTransport();
  try {
    for (const [host, path] of [
      ["elsewhere.example", "/"],
      ["192.0.2.1", "//elsewhere.example/"],
    ] as const) {
      const reply = await transport.send({
        ...{ origin: originOf(server), host, method: "GET", path, headers: {}, connection: "fresh" },
      });
      expect(reply).toMatchObject({ answered: true, status: 302 });
    }
  } finally {
    await transport.close();
    server.close();
  }
  expect(seen).toEqual([`127.0.0.1 elsewhere.example:${port} /`, `127.0.0.1 192.0.2.1:${port} //elsewhere.example/`]);
});

it("keeps apart what goes to several origins, and says the client's address in the header that only the balancer believes", async () => {
  const seen: string[] = [];
  const servers = ["one", "other"].map((name) =>
    createServer(({ socket, headers }, response) => {
      seen.push(`${name} ${headers["x-lab-client-address"]} ${headers.host === `any.localhost:${socket.localPort}`}`);
      response.end();
    }),
  );
  const transport = openTransport();
  try {
    for (const server of servers) await once(server.listen(0, "127.0.0.1"), "listening");
    for (const client of ["16.0.0.7", undefined])
      for (const server of servers)
        await transport.send({
          ...{ origin: originOf(server), host: "any.localhost", method: "GET", path: "/", headers: {} },
          ...{ connection: "kept", ...(client === undefined ? {} : { client }) },
        });
  } finally {
    await transport.close();
    for (const server of servers) server.close();
  }
  expect(seen).toEqual(["one 16.0.0.7 true", "other 16.0.0.7 true", "one undefined true", "other undefined true"]);
});
