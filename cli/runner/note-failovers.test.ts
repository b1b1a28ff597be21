import { expect, test } from "vitest";
import { failoversOfNginx, failoversOfNode } from "./note-failovers.ts";

const addresses = new Map([
  ["app1", "172.28.99.11"],
  ["app2", "172.28.99.12"],
]);
const disabled = (address: string, host: string) =>
  `2026/11/26 19:28:01 [warn] 30#30: *7 upstream server temporarily disabled while reading response header from upstream, client: 10.0.0.9, server: ~^cookie, request: "GET /whoami HTTP/1.1", upstream: "http://${address}:3000/whoami", host: "${host}"`;

test("nginx says which app server it gave up on, and under which policy", () => {
  const line = disabled("172.28.99.12", "cookie-hash.memory.localhost:8080");
  const log = `${line}\n2026/11/26 19:28:01 [notice] 1#1: signal 17 (SIGCHLD) received\n`;
  expect(failoversOfNginx(log, addresses)).toEqual([{ policy: "cookie-hash", server: "app2", line }]);
});

test("a line about something that is no app server says nothing", () => {
  expect(failoversOfNginx(disabled("172.28.99.31", "node-cookie.memory.localhost"), addresses)).toEqual([]);
});

test("the Node balancer calls its app servers by name", () => {
  const line = "app1 is down: silent for 2000 ms";
  expect(failoversOfNode(`${line}\napp1 is up again\n`)).toEqual([{ policy: "node-cookie", server: "app1", line }]);
});
