import { describe, expect, test } from "vitest";
import { BALANCER_SECRET, Browser, startTestBalancer } from "./testing/test-balancer.ts";

describe("a request that does not come from nginx", () => {
  const lies = [
    {},
    { "x-balancer-secret": "" },
    { "x-balancer-secret": "guess" },
    { "x-balancer-secret": BALANCER_SECRET.slice(0, -1) },
    { "x-balancer-secret": `${BALANCER_SECRET.slice(0, -1)}x` },
    { "x-balancer-secret": `${BALANCER_SECRET}, ${BALANCER_SECRET}` },
    { "x-real-ip": "127.0.0.1", "x-forwarded-for": "127.0.0.1" },
  ];

  test.each(["GET", "POST"])("reaches no app server by %s, and gets no cookie", async (method) => {
    const lab = await startTestBalancer();
    for (const headers of lies) {
      const answer = await fetch(`${lab.url}/whoami`, { method, headers });
      expect([headers, answer.status, await answer.text(), answer.headers.getSetCookie()]).toEqual([
        headers,
        403,
        "403: the balancer answers only nginx: ask nginx\n",
        [],
      ]);
    }
    expect(lab.apps.flatMap(({ asked }) => asked)).toEqual([]);
    expect(lab.lines).toEqual([]);
  });

  test("is told how the balancer is", async () => {
    const lab = await startTestBalancer();
    expect((await fetch(`${lab.url}/balancer-healthz`)).status).toBe(200);
  });
});

test("a request of nginx's reaches the app server with the secret that it believes", async () => {
  const lab = await startTestBalancer();
  expect(await new Browser(lab).ask()).toMatchObject({ status: 200, text: "app1" });
  expect(lab.apps[0].requests[0]?.headers["x-balancer-secret"]).toBe(BALANCER_SECRET);
});
