import { describe, expect, test } from "vitest";
import { startSilentAddress } from "../../app/testing/silent-address.ts";
import { waitUntil } from "../../app/testing/wait-until.ts";
import { Browser, QUICK, startTestBalancer, type TestBalancer } from "./testing/test-balancer.ts";

const seen = async ({ url }: TestBalancer) => {
  const response = await fetch(`${url}/balancer-healthz`);
  const { appServers } = (await response.json()) as { appServers: Record<string, string> };
  return `${response.status}: ${Object.values(appServers).join(" ")}`;
};
const waitFor = (lab: TestBalancer, states: string) =>
  waitUntil(states, async () => (await seen(lab)) === states || new Error(await seen(lab)));

describe("health checks", () => {
  test.each([
    [
      "says that it is not well",
      (lab: TestBalancer) => (lab.apps[1].health = (response) => response.writeHead(503).end()),
    ],
    ["says nothing", (lab: TestBalancer) => (lab.apps[1].health = () => {})],
    ["refuses connections", (lab: TestBalancer) => lab.apps[1].stop()],
  ])("take out an app server that %s, before any browser has met it", async (_what, breakIt) => {
    const lab = await startTestBalancer(QUICK);
    expect(await seen(lab)).toBe("200: up up up");
    await breakIt(lab);
    await waitFor(lab, "200: up down up");
    expect(await new Browser(lab, "sticky_server=1").meets(2)).toBe("app1 app1");
    expect(lab.apps[1].asked).toEqual([]);
  });

  test("do not wait for an answer where there is no connection", async () => {
    await using silent = await startSilentAddress();
    const { apps } = await startTestBalancer();
    const lab = await startTestBalancer({
      appServers: [{ host: "127.0.0.1", port: Number(new URL(silent.url).port) }, apps[0].address],
      timeouts: { connectMs: 100, readMs: 60_000, bodyMs: 60_000 },
    });
    await waitFor(lab, "200: down up");
  });

  test("take an app server in again when it is well", async () => {
    const lab = await startTestBalancer();
    await lab.apps[1].stop();
    await waitFor(lab, "200: up down up");
    await lab.apps[1].start();
    await waitFor(lab, "200: up up up");
    expect(await new Browser(lab, "sticky_server=1").meets(1)).toBe("app2");
  });

  test("forgive a single failure", async () => {
    const lab = await startTestBalancer();
    let checks = 0;
    lab.apps[1].health = (response) => response.writeHead(++checks === 2 ? 503 : 200).end();
    await waitUntil("more checks", () => checks > 5);
    expect(lab.lines).toEqual([]);
  });

  test("also of no well app server leave the balancer itself well", async () => {
    const lab = await startTestBalancer();
    for (const app of lab.apps) await app.stop();
    await waitFor(lab, "200: down down down");
  });
});
