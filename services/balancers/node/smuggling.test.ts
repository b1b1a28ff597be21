/** Bytes that one server takes for one request and the next one for two: nobody gets a second one through unseen. */
import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { BALANCER_SECRET, startTestBalancer, type TestBalancer } from "./testing/test-balancer.ts";

const UNCHECKED = { healthCheckEveryMs: 60_000 };

const smuggled = "POST /smuggled HTTP/1.1\r\nHost: x\r\nX-Session-Store: redis\r\nX-Real-IP: 6.6.6.6\r\n\r\n";
const length = `Content-Length: ${smuggled.length}`;

/** Sends a request with a body, by default one that is another request. @returns the first line of the answer, and its body */
async function send(
  { port }: TestBalancer,
  { method = "GET", headers, body = smuggled }: { method?: string; headers: readonly string[]; body?: string },
): Promise<string[]> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  const fromNginx = [
    "Host: x",
    `X-Balancer-Secret: ${BALANCER_SECRET}`,
    "Cookie: sticky_server=1",
    "Connection: close",
  ];
  const head = [`${method} /outer HTTP/1.1`, ...fromNginx, ...headers];
  socket.write(`${head.join("\r\n")}\r\n\r\n${body}`);
  const [answer = "", ...rest] = (await text(socket)).split("\r\n\r\n");
  return [answer.split("\r\n")[0]!, rest.join("\r\n\r\n")];
}

describe("a request within a request", () => {
  test.each(["GET", "DELETE", "POST"])(
    "as the body of a %s whose length Connection would take away reaches no app server: 400",
    async (method) => {
      const lab = await startTestBalancer(UNCHECKED);
      const answer = await send(lab, { method, headers: ["Connection: Content-Length", length] });
      expect(lab.apps.map(({ asked }) => asked)).toEqual([[], [], []]);
      expect(answer).toEqual([
        "HTTP/1.1 400 Bad Request",
        expect.stringContaining(
          "400: Connection names content-length, which is meant for every server on the way; nothing was passed on\n",
        ),
      ]);
      expect(lab.lines).toEqual([]);
    },
  );

  // By Node's own parser (llhttp), as RFC 9112, 6.3 asks.
  test.each([
    ["two ways to say where the body ends", [length, "Transfer-Encoding: chunked"]],
    ["two lengths", [length, "Content-Length: 0"]],
    ["a list of lengths", [`${length}, 0`]],
    ["an encoding after chunked", ["Transfer-Encoding: chunked, gzip"]],
    ["a length with a sign", ["Content-Length: +5"]],
  ])("behind %s reaches no app server", async (_, headers) => {
    const lab = await startTestBalancer(UNCHECKED);
    expect((await send(lab, { method: "POST", headers }))[0]).toBe("HTTP/1.1 400 Bad Request");
    expect(lab.apps.map(({ asked }) => asked)).toEqual([[], [], []]);
  });

  test("is a body where its length is said once and kept", async () => {
    const lab = await startTestBalancer(UNCHECKED);
    lab.apps[1].answer = async (incoming, response) =>
      response.setHeader("Content-Length", smuggled.length).end(await text(incoming));
    expect(await send(lab, { headers: [length] })).toEqual(["HTTP/1.1 200 OK", smuggled]);
    expect(lab.apps.map(({ asked }) => asked)).toEqual([[], ["GET /outer"], []]);
  });
});

test("what the proxy in front says cannot be taken away by Connection either", async () => {
  const lab = await startTestBalancer(UNCHECKED);
  const headers = ["Connection: x-real-ip", "X-Real-IP: 16.0.0.7"];
  const [status, says] = await send(lab, { headers, body: "" });
  expect([status, says]).toEqual(["HTTP/1.1 400 Bad Request", expect.stringContaining("Connection names x-real-ip")]);
  expect(lab.apps.map(({ asked }) => asked)).toEqual([[], [], []]);
});
