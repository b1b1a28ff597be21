import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import { waitUntil } from "../../app/testing/wait-until.ts";
import { CLOSING_GRACE_MS } from "./balancer.ts";
import { FakeAppServer } from "./testing/fake-app-server.ts";

const MAIN = join(import.meta.dirname, "main.ts");

const secret = { BALANCER_SECRET: "b" };
const headers = { "X-Balancer-Secret": secret.BALANCER_SECRET };

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function run(env: Record<string, string>) {
  const child = spawn(process.execPath, ["--import", "tsx", MAIN], { env: { PATH: process.env.PATH, ...env } });
  children.push(child);
  const out = { text: "" };
  child.stdout.on("data", (chunk) => (out.text += chunk));
  child.stderr.on("data", (chunk) => (out.text += chunk));
  // Not `exit`, which may come before the last that it wrote.
  const ended = once(child, "close").then(([code, signal]) => ({ code, signal }));
  return { child, out, ended };
}

async function runListening({ address }: FakeAppServer, env: Record<string, string> = {}) {
  const process = run({ PORT: "0", APP_SERVERS: `${address.host}:${address.port}`, ...secret, ...env });
  const listens = () => /listens on port (\d+)/.exec(process.out.text)?.[1];
  await waitUntil("the balancer to listen", listens, { deadlineMs: 50_000 });
  return { ...process, port: Number(listens()) };
}

describe("the process", { timeout: 120_000 }, () => {
  test("without its settings ends with a clear line", async () => {
    const { ended, out } = run({ PORT: "http" });
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(out.text).toBe(
      'balancer: PORT is "http": give a number from 0 to 65535\n' +
        "balancer: APP_SERVERS is not set: give the app servers, such as app1:3000,app2:3000\n" +
        "balancer: BALANCER_SECRET is not set: give the balancers and all app servers the same long random text\n",
    );
  });

  test("ends with a clear line when its port is taken", async () => {
    const app = await new FakeAppServer("app1").start();
    const { ended, out } = run({ PORT: String(app.address.port), APP_SERVERS: "app1:3000", ...secret });
    expect(await ended).toEqual({ code: 1, signal: null });
    expect(out.text).toMatch(/^balancer: listen EADDRINUSE.*$/m);
    await app.stop();
  });

  test.each(["SIGTERM", "SIGINT"] as const)("answers what is under way at %s, then ends with 0", async (signal) => {
    const app = await new FakeAppServer("app1").start();
    const { child, ended, out, port } = await runListening(app);
    let finish = () => {};
    app.answer = (_request, response) => {
      finish = () => response.end("all of it");
    };
    const asking = request({ port, host: "127.0.0.1", headers }).end();
    const answer = once(asking, "response").then(([response]) => text(response));
    await waitUntil("the request to arrive", () => app.asked.length === 1);

    const signalledMs = performance.now();
    child.kill(signal);
    await waitUntil("the signal", () => out.text.includes(`the balancer got ${signal} and stops`));
    const late = connect(port, "127.0.0.1");
    expect((await once(late, "error"))[0]).toMatchObject({ code: "ECONNREFUSED" });
    finish();

    expect(await answer).toBe("all of it");
    expect(await ended).toEqual({ code: 0, signal: null });
    // It ends with the last answer, not with its grace.
    expect(performance.now() - signalledMs).toBeLessThan(CLOSING_GRACE_MS);
    await app.stop();
  });

  test("takes another list of app servers at SIGHUP, and keeps the one it has when that is no list", async () => {
    const [one, two] = await Promise.all(["app1", "app2"].map((name) => new FakeAppServer(name).start()));
    const folder = mkdtempSync(join(tmpdir(), "session-lab-balancer-"));
    const list = join(folder, "app-servers");
    const { child, out, port } = await runListening(one!, { APP_SERVERS_FILE: list });
    const whoAnswers = async () => (await fetch(`http://127.0.0.1:${port}/`, { headers })).text();
    expect(await whoAnswers()).toBe("app1");

    writeFileSync(list, `127.0.0.1:${one!.address.port} drain,127.0.0.1:${two!.address.port}`);
    child.kill("SIGHUP");
    await waitUntil("the new list", () => out.text.includes("the balancer got SIGHUP"));
    expect([await whoAnswers(), await whoAnswers()]).toEqual(["app2", "app2"]);

    writeFileSync(list, "app1:3000 drian");
    child.kill("SIGHUP");
    await waitUntil("the refusal", () => out.text.includes("the list stays as it is"));
    expect(out.text).toContain(
      '"app1:3000 drian" is no app server: give a name and a port, such as app1:3000 or app2:3000 drain',
    );
    expect(await whoAnswers()).toBe("app2");
    await Promise.all([one!.stop(), two!.stop()]);
    rmSync(folder, { recursive: true });
  });
});
