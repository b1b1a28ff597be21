import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, it } from "vitest";
import { openTransport } from "./transport.ts";

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
