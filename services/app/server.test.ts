import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { Agent, get } from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { noServers, storesWithServers } from "./testing/no-servers.ts";
import { SOON_MS, waitUntil } from "./testing/wait-until.ts";

const SERVER = join(import.meta.dirname, "server.ts");
const ENV = { APP_SERVER: "app1", SESSION_SECRET: "s", BALANCER_SECRET: "b", PORT: "0" };

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function run(env: Record<string, string>) {
  const child = spawn(process.execPath, ["--import", "tsx", SERVER], { env: { PATH: process.env.PATH, ...env } });
  children.push(child);
  const out = { text: "" };
  child.stdout.on("data", (chunk) => (out.text += chunk));
  child.stderr.on("data", (chunk) => (out.text += chunk));
  // Not `exit`, which may come before the last that it wrote.
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal }));
  return { child, out, ended };
}

async function runListening(options: { redis?: string } = {}) {
  const process = run({ ...ENV, ...noServers(options) });
  const listens = () => /listens on port (\d+)/.exec(process.out.text)?.[1];
  await waitUntil("the app server to listen", listens, { deadlineMs: 50_000 });
  return { ...process, port: Number(listens()) };
}

describe("the process", { timeout: 120_000 }, () => {
  test("without its settings ends with a clear line for each that is missing", async () => {
    const { ended, out } = run({ PORT: "0" });
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(out.text).toBe(
      "app server: APP_SERVER is not set: give this app server a name, such as app1\n" +
        "app server: SESSION_SECRET is not set: give all app servers the same long random text\n" +
        "app server: BALANCER_SECRET is not set: give the balancers and all app servers the same long random text\n",
    );
  });

  test("ends with a clear line when its port is taken", async () => {
    const { port } = await runListening();
    const { ended, out } = run({ ...ENV, ...noServers(), PORT: String(port) });
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(out.text).toMatch(/^app server: listen EADDRINUSE.*$/m);
  });

  const atOnce = storesWithServers.filter(([, { profile }]) => profile === undefined);

  test("starts without the stores' servers, leaves optional ones alone, and says so once per store, not once per attempt", async () => {
    let attempts = 0;
    const closesAtOnce = createServer((socket) => {
      attempts += 1;
      socket.destroy();
    }).listen(0, "127.0.0.1");
    await once(closesAtOnce, "listening");
    const { out, port } = await runListening({
      redis: `127.0.0.1:${(closesAtOnce.address() as AddressInfo).port}`,
    });
    await waitUntil("five attempts for each store", () => attempts >= 5 * atOnce.length);
    const headers = { "X-Session-Store": "redis", "X-Balancer-Secret": ENV.BALANCER_SECRET };
    const answer = await fetch(`http://127.0.0.1:${port}/whoami`, { headers });
    closesAtOnce.close();
    expect(answer.status).toBe(503);
    const said = out.text.matchAll(/^store ([a-z-]+): .*is unreachable: .*$/gm);
    expect([...said].map(([, store]) => store).sort()).toEqual(atOnce.map(([id]) => id));
    expect(out.text.trimEnd().split("\n")).toHaveLength(atOnce.length + 1);
  });

  test.each(["SIGTERM", "SIGINT"] as const)(
    "ends with 0 soon after %s, whatever connections are open",
    async (signal) => {
      const { child, ended, port } = await runListening();
      const agent = new Agent({ keepAlive: true });
      await new Promise((resolve) =>
        get({ port, path: "/healthz", agent }, (answer) => answer.resume().on("end", resolve)),
      );
      const halfARequest = connect(port, "127.0.0.1").on("error", () => {});
      await once(halfARequest, "connect");
      halfARequest.write("GET /healthz HTTP/1.1\r\nHost:");
      const startedMs = performance.now();
      child.kill(signal);
      expect(await ended).toEqual({ code: 0, signal: null });
      expect(performance.now() - startedMs).toBeLessThan(SOON_MS);
      agent.destroy();
    },
  );
});
