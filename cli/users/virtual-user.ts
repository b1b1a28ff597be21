import { type Cookie, CookieJar, type SerializedCookieJar } from "tough-cookie";
import type { Jar, OperationEvent, OperationKind, Phase } from "../history/events.ts";
import type { Address, Browser, SiteReply, SiteRequest } from "../subject/site.ts";
import type { Access } from "./access.ts";
import type { HttpRequest, Transport } from "./transport.ts";

/** `origin` and `host`: where the architecture is that this browser visits. */
export interface UserOptions extends Address {
  id: string;
  address: string;
  nonce: string;
  /** What `serializedCookies` of an earlier browser gave; a new browser has none. */
  cookies?: SerializedCookieJar;
}

/** A cookie as the browser would send it. */
export interface HeldCookie {
  name: string;
  value: string;
}

/** What an operation is performed with. */
export interface UserTools extends Pick<Access, "site" | "transport"> {
  /** Milliseconds into the run. */
  now: () => number;
}

export interface OperationOptions {
  phase: Phase;
  connection?: "kept" | "fresh";
  /** The item to add, for `add-item`. */
  item?: string;
  /** Whose cookies to send; anything but `live` leaves the browser untouched. */
  jar?: Jar;
  /** For `log-in`: end the session when it was not used for so long, in whole seconds. */
  idleSeconds?: number;
  /** Ask there instead of where the architecture is, with the same cookies. */
  at?: Address;
}

/**
 * Nothing yet, the same for all. A list that grows by `push` has room for sixteen more, which is most of what 100,000 users would
 * keep; one that is made anew with one more has its own size.
 */
const none: readonly never[] = [];

/**
 * One simulated browser: a cookie jar, a client address, and the knowledge of what it did. It behaves as browsers do: it takes
 * every cookie it is given, and it never logs in again by itself, because that would hide a loss.
 */
export class VirtualUser {
  /** Its user name on the site, too. */
  id: string;
  readonly origin: string;
  readonly host: string;
  #address: string;
  readonly #nonce: string;
  readonly #jar: CookieJar;
  /** Names of the cookies that the browser had before its first login: not the app's, so the balancer's. */
  #affinityCookies: readonly string[] = none;
  /** Names of cookies that somebody else put there. */
  #planted: readonly string[] = none;
  /** `Set-Cookie` lines as they were taken, one for each cookie. */
  #taken: readonly string[] = none;
  /** `Cookie` header, until the jar changes; undefined when it has to be made. */
  #header: string | undefined;
  /** `Cookie` header after the last acknowledged write. */
  #pinned = "";
  /** The app server that acknowledged the login. */
  home: string | undefined;
  /** Milliseconds into the run at which the last answer came. */
  answeredAt = 0;
  /** Milliseconds into the run at which each acknowledged write had been answered. */
  writtenAt: readonly number[] = none;
  /** Ids of the items that were acknowledged. */
  items: readonly string[] = none;
  /** Items that were named, whatever became of them. */
  #itemsNamed = 0;

  constructor({ id, origin, host, address, nonce, cookies }: UserOptions) {
    this.id = id;
    this.origin = origin;
    this.host = host;
    this.#address = address;
    this.#nonce = nonce;
    this.#jar = cookies ? CookieJar.deserializeSync(cookies) : new CookieJar();
  }

  get address(): string {
    return this.#address;
  }

  get hasAffinityCookie(): boolean {
    return this.#affinityCookies.length > 0;
  }

  /** What the balancer wrote into the cookies that it gave this browser. */
  get affinityCookieValues(): string[] {
    return this.cookies.filter(({ name }) => this.#affinityCookies.includes(name)).map(({ value }) => value);
  }

  /** The cookies that it would send now. */
  get cookies(): HeldCookie[] {
    return this.#jar.getCookiesSync(this.#url()).map(({ key, value }) => ({ name: key, value }));
  }

  /** The cookie jar in a form that can be stored. */
  get serializedCookies(): SerializedCookieJar {
    return this.#jar.toJSON()!;
  }

  /** Those of its cookies that the balancer gave it. */
  get affinityCookies(): HeldCookie[] {
    return this.cookies.filter(({ name }) => this.#affinityCookies.includes(name));
  }

  /** Takes cookies that it was not given by the site itself. */
  plant(cookies: readonly HeldCookie[]): void {
    for (const { name, value } of cookies) {
      this.#planted = [...this.#planted, name];
      this.#set(`${name}=${value}; Path=/`);
    }
  }

  /** How much of its session is in what a server holds, by the login's nonce and the items, as JSON writes them. */
  shareIn(held: string): "all" | "some" | "none" {
    const has = (text: string) => held.includes(JSON.stringify(text));
    if (!has(this.#nonce)) return "none";
    return this.items.every(has) ? "all" : "some";
  }

  /** Names an item as it never did before: what was sent and never answered may be there all the same. */
  newItem(): string {
    this.#itemsNamed += 1;
    return `item-${this.#itemsNamed}-of-${this.id}`;
  }

  /** The same in few letters: a session in a cookie (at most 4 KB) has room for some 300 of these. */
  newSmallItem(): string {
    this.#itemsNamed += 1;
    return `i${this.#itemsNamed}`;
  }

  /** The same browser in another network. */
  moveTo(address: string): void {
    this.#address = address;
  }

  /** Loses the cookies that the balancer gave it, and keeps the app's. */
  loseAffinityCookies(): void {
    for (const key of this.#affinityCookies) this.#set(`${key}=; Max-Age=0; Path=/`);
  }

  /** Performs one operation and says what came of it. Never throws for anything the lab does. */
  async perform(
    kind: OperationKind,
    { site, transport, now }: UserTools,
    { phase, connection = "kept", item, idleSeconds, jar = "live", at: place = this }: OperationOptions,
  ): Promise<OperationEvent> {
    if (kind === "log-in" && this.#pinned === "")
      this.#affinityCookies = [...this.cookies.map(({ name }) => name).filter((name) => !this.#planted.includes(name))];
    const at = now();
    const browser: Browser = { send: (request) => this.#send(request, { transport, place, connection, jar }) };
    const who = { user: this.id, nonce: this.#nonce };
    const understood = await site.perform(kind, who, browser, { item, idleSeconds });
    const end = now();
    this.answeredAt = end;
    // A logout is no write that anybody wants back: the pinned cookies are those from before it.
    if (kind !== "who-am-i" && kind !== "log-out" && jar === "live" && understood.outcome === "ok") {
      this.#pinned = this.#liveCookies();
      this.writtenAt = [...this.writtenAt, end];
      if (kind === "log-in") this.home = understood.server;
      if (kind === "add-item" && item !== undefined) this.items = [...this.items, item];
    }
    return {
      type: "operation",
      at,
      ms: Math.round((end - at) * 10) / 10,
      user: this.id,
      kind,
      phase,
      jar,
      connection,
      ...understood,
      ...(item === undefined ? {} : { item }),
    };
  }

  /** Sends a request with the cookies of that jar; only the live one takes what the answer brings. */
  async #send(
    { method, path, headers: own, body }: SiteRequest,
    { transport, place, connection, jar }: Sending,
  ): Promise<SiteReply> {
    const cookies = jar === "live" ? this.#liveCookies() : this.#pinned;
    const headers = { ...own };
    if (cookies) headers.cookie = cookies;
    const { origin, host } = place;
    const request: HttpRequest = { origin, host, method, path, connection, headers, client: this.#address };
    if (body !== undefined) request.body = body;
    const reply = await transport.send(request);
    if (reply.answered && jar === "live") this.#takeCookies(reply.headers["set-cookie"]);
    return reply;
  }

  #liveCookies(): string {
    if (this.#header !== undefined) return this.#header;
    const cookies = this.#jar.getCookiesSync(this.#url());
    const header = cookies.map((cookie) => cookie.cookieString()).join("; ");
    if (!cookies.some(hasEnd)) this.#header = header;
    return header;
  }

  /**
   * The same line again would change nothing. Balancers send theirs with every answer, and making the same cookies again and
   * again is most of the work of 100,000 browsers.
   */
  #takeCookies(header: string | string[] | undefined): void {
    const lines = typeof header === "string" ? [header] : (header ?? []);
    for (const line of lines) {
      if (this.#taken.includes(line)) continue;
      const cookie = this.#jar.setCookieSync(line, this.#url(), { ignoreError: true });
      this.#header = undefined;
      const others = this.#taken.filter((known) => nameIn(known) !== nameIn(line));
      this.#taken = cookie ? [...others, line] : others;
    }
  }

  /** Puts a cookie there that no answer brought. */
  #set(cookie: string): void {
    this.#jar.setCookieSync(cookie, this.#url(), { ignoreError: true });
    this.#header = undefined;
    this.#taken = none;
  }

  #url(): string {
    return `http://${this.host}/`;
  }
}

/** How a request of an operation is sent. */
interface Sending {
  transport: Transport;
  place: Address;
  connection: "kept" | "fresh";
  jar: Jar;
}

/** It may be gone at the next request. */
function hasEnd({ expires, maxAge }: Cookie): boolean {
  return (expires !== null && expires !== "Infinity") || maxAge !== null;
}

function nameIn(line: string): string {
  return line.slice(0, line.indexOf("=")).trim();
}
