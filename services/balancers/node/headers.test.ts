import { describe, expect, test } from "vitest";
import { answerHeaders, hasBody, misdeclared, requestHeaders } from "./headers.ts";

const HOP_BY_HOP = {
  connection: "keep-alive, X-Only-Here",
  "keep-alive": "timeout=5",
  "proxy-authenticate": "Basic",
  "proxy-authorization": "Basic abc",
  "proxy-connection": "keep-alive",
  te: "trailers",
  trailer: "Expires",
  upgrade: "h2c",
  "x-only-here": "1",
};

describe("headers", () => {
  test("that speak of one connection, or that Connection declares to, end here", () => {
    expect(requestHeaders({ ...HOP_BY_HOP, host: "a.localhost", expect: "100-continue" })).toEqual({
      host: "a.localhost",
    });
    expect(answerHeaders({ ...HOP_BY_HOP, "transfer-encoding": "chunked", age: "1" })).toEqual({ age: "1" });
  });

  test("of the client's address are passed on as nginx set them", () => {
    const headers = { "x-forwarded-for": "16.0.0.7", "x-real-ip": "16.0.0.7", "x-forwarded-proto": "http" };
    expect(requestHeaders(headers)).toEqual(headers);
  });

  test("keep a body of unknown length one", () => {
    expect(requestHeaders({ "transfer-encoding": "gzip, chunked" })).toEqual({ "transfer-encoding": "chunked" });
  });

  test("get the affinity cookie beside the app's own cookies, in the app's order, never in their place", () => {
    const cookies = ["sid=abc; Path=/", "theme=dark"];
    expect(answerHeaders({ "set-cookie": cookies }, "sticky_server=1")).toEqual({
      "set-cookie": ["sid=abc; Path=/", "theme=dark", "sticky_server=1"],
    });
    expect(answerHeaders({ "set-cookie": cookies })).toEqual({ "set-cookie": cookies });
    expect(answerHeaders({}, "sticky_server=1")).toEqual({ "set-cookie": ["sticky_server=1"] });
  });

  test.each([
    [{}, false],
    [{ "content-length": "0" }, false],
    [{ "content-length": "1" }, true],
    [{ "transfer-encoding": "chunked" }, true],
  ])("%j announce a body: %s", (headers, expected) => {
    expect(hasBody(headers)).toBe(expected);
  });

  test.each([
    ["close, Content-Length", "content-length"],
    ["transfer-encoding", "transfer-encoding"],
    ["HOST", "host"],
    ["keep-alive,cookie", "cookie"],
    ["authorization", "authorization"],
    ["origin", "origin"],
    ["sec-fetch-site", "sec-fetch-site"],
    ["x-session-store", "x-session-store"],
    ["x-balancing-policy", "x-balancing-policy"],
    ["x-balancer-secret", "x-balancer-secret"],
    ["x-real-ip", "x-real-ip"],
    ["forwarded", "forwarded"],
    ["x-forwarded-for", "x-forwarded-for"],
    ["x-forwarded-anything", "x-forwarded-anything"],
  ])("that everybody is to get are not for Connection: %s to take away", (connection, expected) => {
    expect(misdeclared({ connection })).toBe(expected);
  });

  test.each([undefined, "", "close", "keep-alive, Upgrade", "te, X-Only-Here", "x-host, content-length-of-old"])(
    "that Connection: %s names are for it to take away",
    (connection) => {
      expect(misdeclared(connection === undefined ? {} : { connection })).toBeUndefined();
    },
  );
});
