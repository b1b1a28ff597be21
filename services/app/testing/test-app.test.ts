import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { Visitor } from "./test-app.ts";

test("keeps a cookie whatever its value is, until it is taken away", async () => {
  // Every year and every date comes up in a random value, sooner or later.
  const answers = [
    "sid=s%3Aab1970cd.ef%2Bgh; Path=/; HttpOnly",
    "other=1; Path=/",
    "sid=; Path=/; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
  ];
  const server = createServer((_, response) => response.setHeader("Set-Cookie", answers.shift()!).end("{}"));
  await once(server.listen(0, "127.0.0.1"), "listening");
  try {
    const visitor = new Visitor(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, "memory", "");
    const held: string[] = [];
    for (const _ of [...answers]) {
      await visitor.whoami();
      held.push(visitor.cookie);
    }
    expect(held).toEqual(["sid=s%3Aab1970cd.ef%2Bgh", "sid=s%3Aab1970cd.ef%2Bgh; other=1", "other=1"]);
  } finally {
    server.closeAllConnections();
    server.close();
  }
});
