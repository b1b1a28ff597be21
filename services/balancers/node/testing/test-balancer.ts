/** A balancer of this process in front of fake app servers, and browsers that keep their cookies. */
import { afterEach } from "vitest";
import { type BalancerOptions, startBalancer } from "../balancer.ts";
import { FakeAppServer } from "./fake-app-server.ts";

/** For tests of silence; elsewhere a busy machine must not be taken for a dead server. The healthy ones here have a second, too. */
export const QUICK = { timeouts: { connectMs: 100, readMs: 1_000, bodyMs: 5_000 } };

/** What browsers of these balancers bring along, as from nginx. */
export const BALANCER_SECRET = "the secret of all balancers";

const ends: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

export async function startTestBalancer(options: Partial<BalancerOptions> = {}) {
  const names = ["app1", "app2", "app3"];
  const apps = await Promise.all(names.map((name) => new FakeAppServer(name).start()));
  const lines: string[] = [];
  const balancer = await startBalancer({
    port: 0,
    host: "127.0.0.1",
    balancerSecret: BALANCER_SECRET,
    appServers: apps.map(({ address }) => address),
    log: (line) => lines.push(line),
    timeouts: { connectMs: 2_000, readMs: 5_000, bodyMs: 5_000 },
    healthCheckEveryMs: 20,
    closingGraceMs: 500,
    ...options,
  });
  ends.push(async () => {
    await balancer.close();
    await Promise.all(apps.map((app) => app.stop().catch(() => {})));
  });
  const url = `http://127.0.0.1:${balancer.port}`;
  return { url, port: balancer.port, apps: apps as [FakeAppServer, FakeAppServer, FakeAppServer], lines, balancer };
}

export type TestBalancer = Awaited<ReturnType<typeof startTestBalancer>>;

/** Keeps one cookie: `sticky_server=1`. */
export class Browser {
  cookie = "";
  readonly #url: string;

  constructor({ url }: { url: string }, cookie = "") {
    this.#url = url;
    this.cookie = cookie;
  }

  async ask(path = "/", init: RequestInit = {}): Promise<{ status: number; text: string; setCookie: string[] }> {
    const headers = {
      "x-balancer-secret": BALANCER_SECRET,
      ...(this.cookie ? { cookie: this.cookie } : {}),
      ...init.headers,
    };
    const response = await fetch(this.#url + path, { ...init, headers });
    const setCookie = response.headers.getSetCookie();
    const sticky = setCookie.find((line) => line.startsWith("sticky_server="));
    if (sticky) this.cookie = sticky.split(";")[0]!;
    return { status: response.status, text: await response.text(), setCookie };
  }

  /** The app servers that answer to so many requests, one after the other. */
  async meets(times: number): Promise<string> {
    const answers: string[] = [];
    for (let time = 0; time < times; time++) answers.push((await this.ask()).text);
    return answers.join(" ");
  }
}
