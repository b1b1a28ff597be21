/** An app server of this process on a free loopback port, and visitors who behave like browsers. */
import { Cookie } from "tough-cookie";
import { startAppServer } from "../app-server.ts";
import type { StoreDefinition } from "../store.ts";
import memory from "../stores/memory.ts";
import type { WhoAmI } from "../whoami-answer.ts";

/** What visitors of these app servers bring along, as from a balancer. */
export const BALANCER_SECRET = "the secret of all balancers";

export interface TestAppOptions {
  readonly appServer?: string;
  readonly stores?: ReadonlyMap<string, StoreDefinition>;
  readonly env?: Record<string, string>;
  /** 1, as outside of tests, only where its haste is what is tested: elsewhere a busy machine must not be taken for a dead store. */
  readonly patience?: number;
}

export async function startTestApp({
  appServer = "app1",
  stores = new Map([["memory", memory]]),
  env = {},
  patience = 20,
}: TestAppOptions = {}) {
  const lines: string[] = [];
  const server = await startAppServer({
    appServer,
    port: 0,
    host: "127.0.0.1",
    balancerSecret: BALANCER_SECRET,
    cookie: { name: "sid", secret: "the secret of all tests" },
    env,
    stores,
    patience,
    log: (line) => lines.push(line),
  });
  const url = `http://127.0.0.1:${server.port}`;
  return {
    url,
    bootId: server.bootId,
    /** What it logged. */
    lines,
    /** A browser at this app server; `cookie` as if it had it from elsewhere. */
    visitor: (store = "memory", cookie = "") => new Visitor(url, store, cookie),
    close: server.close,
    [Symbol.asyncDispose]: server.close,
  };
}

export type TestApp = Awaited<ReturnType<typeof startTestApp>>;

export interface Answer<Body = WhoAmI> {
  readonly status: number;
  readonly headers: Headers;
  /** null unless JSON. */
  readonly body: Body;
  readonly text: string;
  readonly tookMs: number;
}

/** Keeps cookies, follows no redirect. */
export class Visitor {
  /** As the browser sends it: `name=value`, several with `; ` between them. */
  cookie: string;
  readonly #url: string;
  readonly #store: string;

  constructor(url: string, store: string, cookie: string) {
    this.#url = url;
    this.#store = store;
    this.cookie = cookie;
  }

  whoami = () => this.get("/whoami");
  login = (user = "alice", nonce = `nonce of ${user}`) => this.post("/login", { user, nonce });
  addItem = (item: string) => this.post("/cart", { item });
  logout = () => this.post("/logout", {});

  get<Body = WhoAmI>(path: string, headers: Record<string, string> = {}): Promise<Answer<Body>> {
    return this.#send<Body>(path, { headers });
  }

  post<Body = WhoAmI>(path: string, json: unknown, headers: Record<string, string> = {}): Promise<Answer<Body>> {
    const body = typeof json === "string" ? json : JSON.stringify(json);
    return this.#send<Body>(path, {
      method: "POST",
      body,
      headers: { "Content-Type": "application/json", ...headers },
    });
  }

  postForm<Body = WhoAmI>(path: string, fields: Record<string, string>): Promise<Answer<Body>> {
    return this.#send<Body>(path, {
      method: "POST",
      body: new URLSearchParams(fields),
      headers: { Accept: "text/html" },
    });
  }

  async #send<Body>(path: string, init: RequestInit & { headers: Record<string, string> }): Promise<Answer<Body>> {
    const startedMs = performance.now();
    const headers = {
      "X-Session-Store": this.#store,
      "X-Balancer-Secret": BALANCER_SECRET,
      ...(this.cookie ? { Cookie: this.cookie } : {}),
      ...init.headers,
    };
    const response = await fetch(this.#url + path, { ...init, headers, redirect: "manual" });
    const text = await response.text();
    this.#keepCookies(response.headers.getSetCookie());
    const isJson = response.headers.get("Content-Type")?.startsWith("application/json");
    return {
      status: response.status,
      headers: response.headers,
      body: (isJson ? JSON.parse(text) : null) as Body,
      text,
      tookMs: performance.now() - startedMs,
    };
  }

  #keepCookies(setCookies: readonly string[]): void {
    const pairs = this.cookie.split("; ").filter(Boolean);
    const jar = new Map(pairs.map((pair) => [pair.split("=")[0]!, pair]));
    for (const setCookie of setCookies) {
      const cookie = Cookie.parse(setCookie)!;
      if (cookie.TTL() <= 0) jar.delete(cookie.key);
      else jar.set(cookie.key, cookie.cookieString());
    }
    this.cookie = [...jar.values()].join("; ");
  }
}
