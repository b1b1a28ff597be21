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
  /** How many sessions this app server sees; null where nobody can know, as with tokens. Throws StoreUnreachableError. */
  countSessions(): Promise<number | null>;
  close(): Promise<void>;
}

/** What a store is given when the app server starts. */
export interface StoreContext {
  readonly appServer: string;
  readonly cookie: { readonly name: string; readonly secret: string };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** One line per change of state, never one per request. */
  readonly log: (line: string) => void;
}

/** What theory may rely on when it says which sessions survive. */
export interface StoreFacts {
  readonly title: string;
  /** One plain sentence: where a session lives, and with whom it dies. */
  readonly what: string;
  readonly livesIn: "app-server" | "server" | "browser";
  /** The Compose service that holds the sessions. */
  readonly server: string | null;
  readonly persistence: "none" | "save-points" | "append-only" | null;
  /** Keeps a session that has ended by itself until somebody brings its id again: those of visitors who never return stay for ever. */
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
