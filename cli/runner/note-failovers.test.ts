import { expect, test } from "vitest";
import { failoversOfNginx, failoversOfNode, noteFailovers } from "./note-failovers.ts";
import type { Stage } from "./stage.ts";

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

test("a log that could not be read is read the next time; one read while a store was broken says nothing of app servers", async () => {
  const line = disabled("172.28.99.12", "cookie.memory.localhost:8080");
  const asked: number[] = [];
  const recorded: unknown[] = [];
  let isAway = true;
  const engine = {
    log: async (_lab: unknown, service: string, { sinceMs }: { sinceMs: number }) => {
      if (isAway) throw new Error("the engine is away");
      if (service === "nginx") asked.push(sinceMs);
      return service === "nginx" ? line : "";
    },
    addresses: async () => addresses,
  };
  const failoversSeen = { readUntil: 7, touched: new Set<string>() };
  const recorder = { now: () => 1, record: (event: unknown) => recorded.push(event) };
  const look = () => noteFailovers({ engine, lab: {}, recorder, failoversSeen } as unknown as Stage);

  await look();
  isAway = false;
  await look();
  expect(asked).toEqual([7]);
  expect(recorded).toEqual([{ type: "failover", at: 1, policy: "cookie", server: "app2", line }]);

  failoversSeen.touched.add("app2");
  await look();
  failoversSeen.touched.add("redis");
  await look();
  expect(asked).toHaveLength(2);
  expect(asked[1]).toBeGreaterThan(7);
  expect(recorded).toHaveLength(1);
});
