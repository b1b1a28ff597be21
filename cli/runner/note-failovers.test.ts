import { expect, test } from "vitest";
import { labServices } from "../lab/services.ts";
import { selectArchitectures } from "../theory/architectures.ts";
import { noteFailovers } from "./note-failovers.ts";

type Reading = Parameters<typeof noteFailovers>[0];
/** Policies of both balancers. */
const run = {
  services: labServices(),
  architectures: selectArchitectures({ policies: ["cookie", "node-cookie"], stores: ["memory"] }),
};

const addresses = new Map([
  ["app1", "172.28.99.11"],
  ["app2", "172.28.99.12"],
]);
const disabled = (address: string, host: string, when = "reading response header from upstream") =>
  `2026/11/26 19:28:01 [warn] 30#30: *7 upstream server temporarily disabled while ${when}, client: 10.0.0.9, server: ~^cookie, request: "GET /whoami HTTP/1.1", upstream: "http://${address}:3000/whoami", host: "${host}"`;

test("a log that could not be read is read the next time; one read while a balancer was broken says nothing of app servers", async () => {
  const line = disabled("172.28.99.12", "cookie.memory.localhost:8080");
  const asked: number[] = [];
  const recorded: unknown[] = [];
  let isAway = true;
  const deployment = {
    containerOf: async (service: string) => ({
      log: async ({ sinceMs }: { sinceMs: number }) => {
        if (isAway) throw new Error("the engine is away");
        if (service === "nginx") asked.push(sinceMs);
        return service === "nginx" ? line : "";
      },
    }),
    addresses: async () => addresses,
  };
  const failoversSeen = { readUntil: 7, touched: new Set<string>() };
  const recorder = { now: () => 1, record: (event: unknown) => recorded.push(event) };
  const look = () => noteFailovers({ ...run, deployment, recorder, failoversSeen } as unknown as Reading);

  await look();
  isAway = false;
  await look();
  expect(asked).toEqual([7]);
  expect(recorded).toEqual([{ type: "failover", at: 1, policy: "cookie", server: "app2", line }]);

  failoversSeen.touched.add("app2");
  await look();
  failoversSeen.touched.add("redis");
  await look();
  failoversSeen.touched.add("nginx");
  await look();
  expect(asked).toHaveLength(3);
  expect(asked[1]).toBeGreaterThan(7);
  expect(recorded).toHaveLength(1);
});

test("while a store is broken it counts only that an app server takes no connection", async () => {
  const silent = disabled("172.28.99.11", "ip-hash.memory.localhost:8080");
  const unreached = disabled("172.28.99.12", "cookie.memory.localhost:8080", "connecting to upstream");
  const node = "app1 is down: health check: no connection within 200 ms";
  const logs: Record<string, string> = {
    nginx: `${silent}\n${unreached}\n`,
    balancer: `app2 is down: silent for 2000 ms\n${node}\n`,
  };
  const recorded: { policy: string; line: string }[] = [];
  const deployment = {
    containerOf: async (service: string) => ({ log: async () => logs[service] }),
    addresses: async () => addresses,
  };
  const recorder = { now: () => 1, record: (event: { policy: string; line: string }) => recorded.push(event) };
  const failoversSeen = { readUntil: 7, touched: new Set(["redis"]) };
  await noteFailovers({ ...run, deployment, recorder, failoversSeen } as unknown as Reading);
  expect(recorded.map(({ policy, line }) => [policy, line])).toEqual([
    ["cookie", unreached],
    ["node-cookie", node],
  ]);
});
