/**
 * What a session store is: a few facts about it, and a way to open it.
 *
 * The interface knows neither express-session nor a server, so that a token in the browser's own cookie can be a store too:
 * all a store does with a request is to find the session that belongs to it, and all it does with a response is to set cookies.
 * How to add one: write stores/<id>.ts. It then appears in dist/app/stores.json, on the page, and in the contract suite.
 */
import type { Request, Response } from "express";

/** What a session holds, wherever it lives. */
export interface SessionData {
  readonly authenticated: true;
  readonly user: string;
  readonly roles: readonly string[];
  /** The secret that the visitor brought to the login: who can read it back has this very session. */
  readonly nonce: string;
  /** ISO 8601, UTC. */
  readonly loginAt: string;
  /** Unique item ids, oldest first. */
  readonly cart: readonly string[];
  /** Grows by one per change of the cart. */
  readonly cartVersion: number;
  /** How long the visitor asked at the login to be remembered without a sign of life; `IDLE_SECONDS` if they did not say. */
  readonly idleSeconds?: number;
}

/** A session that nobody has used for so long is over, unless its login asked for less. Without it stores would fill up for ever. */
export const IDLE_SECONDS = 30 * 60;

/** How long a session may go unused, in milliseconds: what every store ends it by. */
export function idleMsOf({ idleSeconds = IDLE_SECONDS }: Pick<SessionData, "idleSeconds">): number {
  return idleSeconds * 1_000;
}

/**
 * The session of one request. Every verb has ended only when the store has acknowledged it, and must be awaited before the answer
 * is sent: what the visitor is told is then true. Each throws StoreUnreachableError.
 */
export interface SessionHandle {
  /** null: the visitor is anonymous. An id that the store does not know is anonymous too, and is never adopted. */
  readonly data: SessionData | null;
  /** The store is away: `data` comes from a fallback, which knows who the visitor is and nothing of the cart. */
  readonly degraded?: true;
  /** Logs in, under a new session id (OWASP: session fixation). */
  start(data: SessionData): Promise<void>;
  save(data: SessionData): Promise<void>;
  /** Puts off the idle end of a session that was only looked at. */
  renew(): Promise<void>;
  /** Logs out: the store forgets the session, the browser its cookie. */
  end(): Promise<void>;
}

export interface OpenStore {
  /** Only reads. Throws StoreUnreachableError: a store that does not answer is never taken for "no session". */
  sessionOf(request: Request, response: Response): Promise<SessionHandle>;
  /**
   * How many sessions this app server sees; null where nobody can know, as with tokens. Asks on every connection that this app
   * server keeps for the store: whoever asks next meets none that is dead. Throws StoreUnreachableError.
   */
  countSessions(): Promise<number | null>;
  close(): Promise<void>;
}

/** What a store is given when the app server starts. */
export interface StoreContext {
  /** The store's own id. */
  readonly store: string;
  readonly appServer: string;
  readonly cookie: { readonly name: string; readonly secret: string };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How many times longer than usual the store's server may take for whatever it does. */
  readonly patience: number;
  /** One line per change of state, never one per request. */
  readonly log: (line: string) => void;
}

/** Several services that hold the sessions together. */
export interface ServerGroup {
  readonly services: readonly string[];
  /**
   * What each of them holds: a copy of every session, of which one, the master, takes the writes and the others follow it a
   * moment later; or a part of the sessions, each session being in one of them.
   */
  readonly holds: "copies" | "parts";
  /** Services that hold nothing and decide who is the master. */
  readonly watchers?: readonly string[];
}

/** What theory may rely on when it says which sessions survive. */
export interface StoreFacts {
  readonly title: string;
  /** One plain sentence: where a session lives, and with whom it dies. */
  readonly what: string;
  readonly livesIn: "app-server" | "server" | "browser";
  /** The Compose service that the store cannot do without: it holds the sessions, or says which tokens are revoked. */
  readonly server: string | null;
  /** Which program that service runs, e.g. `redis`: by it the lab looks into it, empties it and breaks it. Left out without a server. */
  readonly kind?: string;
  /** How that service keeps what it holds; null without one. */
  readonly persistence: "none" | "save-points" | "append-only" | "write-ahead-log" | null;
  /** The Compose profile that its server belongs to; left out when the server is part of the core. */
  readonly profile?: string;
  /** Left out when one service holds everything. */
  readonly group?: ServerGroup;
  /** false: a copy of the cookie still opens the session after the logout. True unless told. */
  readonly revocable?: boolean;
  /** true: while its server is away it answers from a fallback, without the session's data. False unless told. */
  readonly fallback?: boolean;
  /** true: it keeps a session that has ended by itself until somebody brings its id again. False unless told. */
  readonly leaks?: boolean;
}

export interface StoreDefinition extends StoreFacts {
  /** Resolves also when the store's server does not answer yet. */
  open(context: StoreContext): Promise<OpenStore>;
}

export function defineStore(definition: StoreDefinition): StoreDefinition {
  return definition;
}

/** The store gave no usable answer: it is away, still loading, refusing or too slow. Whether a write took effect is unknown. */
export class StoreUnreachableError extends Error {
  override readonly name = "StoreUnreachableError";
  readonly reason: string;

  constructor(reason: string, cause?: unknown) {
    super(`store unreachable: ${reason}`, { cause });
    this.reason = reason;
  }
}
