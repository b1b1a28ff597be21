import { expect, test } from "vitest";
import nginx from "./nginx.ts";

const addresses = new Map([
  ["app1", "172.28.99.11"],
  ["app2", "172.28.99.12"],
]);
const disabled = (address: string, host: string, when = "reading response header from upstream") =>
  `2026/11/26 19:28:01 [warn] 30#30: *7 upstream server temporarily disabled while ${when}, client: 10.0.0.9, server: ~^cookie, request: "GET /whoami HTTP/1.1", upstream: "http://${address}:3000/whoami", host: "${host}"`;

test("nginx says which app server it gave up on, under which policy, and whether that took a connection", () => {
  const silent = disabled("172.28.99.12", "cookie-hash.memory.localhost:8080");
  const unreached = disabled("172.28.99.11", "cookie.memory.localhost:8080", "connecting to upstream");
  const log = `${silent}\n2026/11/26 19:28:01 [notice] 1#1: signal 17 (SIGCHLD) received\n${unreached}\n`;
  expect(nginx.failovers(log, addresses)).toEqual([
    { policy: "cookie-hash", server: "app2", tookNoConnection: false, line: silent },
    { policy: "cookie", server: "app1", tookNoConnection: true, line: unreached },
  ]);
});

test("a line about something that is no app server says nothing", () => {
  expect(nginx.failovers(disabled("172.28.99.31", "node-cookie.memory.localhost"), addresses)).toEqual([]);
});

test("alarms are what has to do with nginx itself", () => {
  const alert = "2026/11/26 19:28:01 [alert] 30#30: worker process 31 exited on signal 9";
  expect(nginx.alarms(`${disabled("172.28.99.12", "cookie.memory.localhost")}\n${alert}\n`)).toEqual([alert]);
});
