/**
 * Makes a session store of anything that express-session accepts as one: its own MemoryStore, connect-redis, ...
 *
 * express-session finds the session of a request, checks the cookie's signature, makes ids and sets the cookie. Writing is kept
 * from it, because it writes when a response ends: by then the visitor has been told that all is well, and a failure is swallowed
 * (express-session/index.js, res.end). Here every write is awaited before the answer.
 */
import type { Request, Response } from "express";
import session from "express-session";
import {
  idleMsOf,
  type OpenStore,
  type SessionData,
  type SessionHandle,
  type StoreContext,
  StoreUnreachableError,
} from "./store.ts";

/**
 * A session cookie: it goes when the browser closes. Without a Domain it belongs to one host name, and so to one architecture.
 * Not Secure, because the lab speaks plain HTTP on loopback, where browsers and curl would not all send it back.
 */
export const COOKIE = { httpOnly: true, sameSite: "lax", path: "/" } as const;

export interface ExpressSessionParts {
  readonly store: session.Store;
  readonly cookie: StoreContext["cookie"];
  countSessions(): Promise<number>;
  close?(): Promise<void>;
  /** What to tell people about an error of the store. */
  reasonOf?(error: Error): string;
}

export function openExpressSessionStore(parts: ExpressSessionParts): OpenStore {
  const { store, cookie, countSessions, close = async () => {}, reasonOf = (error) => error.message } = parts;
  const unreachable = (error: unknown) => {
    const cause = error instanceof Error ? error : new Error(String(error));
    return new StoreUnreachableError(reasonOf(cause), cause);
  };
  /** Runs one command of the store. */
  const ask = async (command: (done: (error?: unknown) => void) => void) => {
    try {
      await new Promise<void>((resolve, reject) => command((error) => (error ? reject(error) : resolve())));
    } catch (error) {
      throw unreachable(error);
    }
  };
  const findSession = session({
    store: new ReadingView(store),
    name: cookie.name,
    secret: cookie.secret,
    cookie: COOKIE,
    saveUninitialized: false,
    resave: false,
  });

  return {
    async sessionOf(request, response) {
      await ask((done) => findSession(request, response, done));
      const found = new ExpressSession(request, response, { store, cookieName: cookie.name, ask });
      // Whoever brings no cookie has not been looked up. Anonymous means: the store answers, and knows no session.
      if (found.data === null) await ask((done) => store.get(request.sessionID, done));
      return found;
    },
    async countSessions() {
      try {
        return await countSessions();
      } catch (error) {
        throw unreachable(error);
      }
    },
    close,
  };
}

/**
 * What express-session gets to see of a store. It has no `touch` (so nothing is renewed by itself) and `set` does nothing.
 * Nor do the store's events reach it: after `disconnect`, express-session would go on without sessions, and everybody would look logged out.
 */
class ReadingView extends session.Store {
  readonly #store: session.Store;

  constructor(store: session.Store) {
    super();
    this.#store = store;
  }

  override get(id: string, done: (error: unknown, found?: session.SessionData | null) => void): void {
    this.#store.get(id, done);
  }

  override set(_id: string, _data: session.SessionData, done?: (error?: unknown) => void): void {
    done?.();
  }

  override destroy(id: string, done?: (error?: unknown) => void): void {
    this.#store.destroy(id, done);
  }
}

interface SessionParts {
  readonly store: session.Store;
  readonly cookieName: string;
  readonly ask: (command: (done: (error?: unknown) => void) => void) => Promise<void>;
}

class ExpressSession implements SessionHandle {
  readonly data: SessionData | null;
  readonly #request: Request;
  readonly #response: Response;
  readonly #parts: SessionParts;

  constructor(request: Request, response: Response, parts: SessionParts) {
    this.data = sessionData(request.session as Partial<SessionData>);
    this.#request = request;
    this.#response = response;
    this.#parts = parts;
  }

  async start(data: SessionData): Promise<void> {
    try {
      await this.#parts.ask((done) => this.#request.session.regenerate(done));
      await this.save(data);
    } catch (error) {
      // Without this the new id would be set as a cookie beside the 503.
      Reflect.deleteProperty(this.#request, "session");
      throw error;
    }
  }

  async save(data: SessionData): Promise<void> {
    Object.assign(this.#request.session, data);
    await this.#parts.ask((done) => this.#parts.store.set(this.#request.sessionID, record(data), done));
  }

  async renew(): Promise<void> {
    const { data } = this;
    if (data === null) return;
    const { store, ask } = this.#parts;
    await ask((done) => (store.touch ? store.touch(this.#request.sessionID, record(data), done) : done()));
  }

  async end(): Promise<void> {
    await this.#parts.ask((done) => this.#request.session.destroy(done));
    this.#response.clearCookie(this.#parts.cookieName, COOKIE);
  }
}

/**
 * What a store keeps. MemoryStore and connect-redis both take the end of a session from `cookie.expires`. The browser never hears
 * of it: express-session resets it to `originalMaxAge` before it sets a cookie.
 */
function record(data: SessionData): session.SessionData {
  const cookie = { ...COOKIE, originalMaxAge: null, expires: new Date(Date.now() + idleMsOf(data)) };
  return { ...data, cookie } as session.SessionData;
}

/** null when something is missing that every session has. */
export function sessionData(found: Partial<SessionData>): SessionData | null {
  const { authenticated, user, roles = [], nonce, loginAt, cart = [], cartVersion = 0, idleSeconds } = found;
  if (!authenticated || user === undefined || nonce === undefined || loginAt === undefined) return null;
  const idle = idleSeconds === undefined ? {} : { idleSeconds };
  return { authenticated, user, roles, nonce, loginAt, cart, cartVersion, ...idle };
}
