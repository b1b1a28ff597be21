import { named } from "../../history/services.ts";
import { labServices } from "../../lab/services.ts";
import type { SiteReply } from "../../subject/site.ts";
import type { HttpRequest, Transport } from "../../users/transport.ts";

const appServers = named(labServices(), "app-server");

/** The run's clock, which goes on with every request and never by itself. */
export interface Clock {
  ms: number;
}

/** Balancer, app servers and stores in one object: it answers as the lab's do, and breaks as a test tells it to. */
export interface SmallSite extends Transport {
  /** What was asked, in order: `POST /cart cookie.memory`. */
  asked: string[];
  /** App servers that give no answer; the balancer passes them over. */
  away: Set<string>;
  /** App servers to which the balancer sends nobody, by policy. */
  passedOver: Map<string, string[]>;
  /** Ids of stores that no app server reaches. */
  unreachable: Set<string>;
  /** Ids of stores that answer whoever brings a cookie while they are away, and whose copied cookies therefore open. */
  fallbacks: Set<string>;
  /** Answers in place of the site, where it answers. */
  instead?: (request: HttpRequest) => SiteReply | undefined;
  /** The app server is another process now, with nothing in its memory. */
  restart(server: string): void;
}

interface Session {
  user: string;
  nonce: string;
  cart: string[];
  cartVersion: number;
  idleMs: number;
  usedAt: number;
}

/** @param msPerRequest of the clock; nothing waits for them */
export function openSmallSite(clock: Clock, { msPerRequest = 10 } = {}): SmallSite {
  const sessions = new Map<string, Session>();
  const lives = new Map<string, number>();
  let turn = 0;
  let count = 0;

  const site: SmallSite = {
    asked: [],
    away: new Set(),
    passedOver: new Map(),
    unreachable: new Set(),
    fallbacks: new Set(),
    restart(server) {
      lives.set(server, (lives.get(server) ?? 1) + 1);
      for (const key of sessions.keys()) if (key.startsWith(`${server} `)) sessions.delete(key);
    },
    async send(request) {
      clock.ms += msPerRequest;
      const [first = "", store = ""] = request.host.split(".");
      site.asked.push(`${request.method} ${request.path} ${first}.${store}`);
      const instead = site.instead?.(request);
      if (instead) return instead;
      const cookies = cookiesOf(request);
      const isDirect = appServers.includes(first);
      const server = isDirect ? first : chooseServer(first, cookies, request.client ?? "");
      if (server === undefined || site.away.has(server))
        return { answered: false, sent: false, reason: "connection refused" };
      const setCookie = !isDirect && first === "cookie" ? [`SERVER_ID=${server}; Path=/`] : [];
      return answer(request, { store, server, sid: cookies.get("sid"), setCookie });
    },
    close: async () => {},
  };
  return site;

  function chooseServer(policy: string, cookies: Map<string, string>, address: string): string | undefined {
    const passedOver = site.passedOver.get(policy) ?? [];
    const up = appServers.filter((server) => !site.away.has(server) && !passedOver.includes(server));
    const bound = policy === "cookie" ? cookies.get("SERVER_ID") : undefined;
    if (bound !== undefined && up.includes(bound)) return bound;
    if (policy === "ip-hash") return up[Number(address.split(".")[2]) % up.length];
    return up[turn++ % up.length];
  }

  function answer(
    { method, path, body }: HttpRequest,
    { store, server, sid, setCookie }: { store: string; server: string; sid: string | undefined; setCookie: string[] },
  ): SiteReply {
    const headers = {
      "x-app-server": server,
      "x-boot-id": `${server}-${lives.get(server) ?? 1}`,
      "set-cookie": setCookie,
    };
    const reply = (status: number, content: object): SiteReply => ({
      answered: true,
      status,
      headers,
      body: JSON.stringify(content),
    });
    const place = (id: string | undefined) => (store === "memory" ? `${server} ${id}` : `${store} ${id}`);
    const found = sessions.get(place(sid));
    if (site.unreachable.has(store)) {
      if (found && method === "GET" && site.fallbacks.has(store))
        return reply(200, { ...found, authenticated: true, cart: [], cartVersion: 0, degraded: true });
      return reply(503, { error: "store-unreachable", reason: `${store} is away` });
    }
    if (path === "/healthz") return reply(200, { sessions: [...sessions.keys()].filter((key) => isAt(key)).length });
    const session = found && clock.ms < found.usedAt + found.idleMs && !isOver(found) ? found : undefined;
    const nobody = { authenticated: false, user: null, nonce: null, cart: [], cartVersion: 0 };
    if (path === "/login") {
      const { user, nonce, idleSeconds } = JSON.parse(body!) as { user: string; nonce: string; idleSeconds?: number };
      const idleMs = idleSeconds === undefined ? Number.POSITIVE_INFINITY : idleSeconds * 1_000;
      const started: Session = { user, nonce, cart: [], cartVersion: 0, idleMs, usedAt: clock.ms };
      const id = `s${++count}`;
      sessions.set(place(id), started);
      headers["set-cookie"] = [...setCookie, `sid=${id}; Path=/`];
      return reply(200, { authenticated: true, ...started });
    }
    if (!session) return reply(path === "/cart" ? 401 : 200, nobody);
    if (path === "/logout") {
      session.usedAt = Number.NEGATIVE_INFINITY;
      return reply(200, nobody);
    }
    if (path === "/cart") {
      session.cart = [...session.cart, (JSON.parse(body!) as { item: string }).item];
      session.cartVersion += 1;
      session.usedAt = clock.ms;
    }
    return reply(200, { authenticated: true, ...session });

    function isAt(key: string): boolean {
      return key.startsWith(`${store === "memory" ? server : store} `);
    }
  }
}

/** Logged out. */
function isOver({ usedAt }: Session): boolean {
  return usedAt === Number.NEGATIVE_INFINITY;
}

function cookiesOf({ headers }: HttpRequest): Map<string, string> {
  const pairs = (headers.cookie ?? "").split("; ").map((pair) => pair.split("=") as [string, string]);
  return new Map(pairs);
}
