/**
 * Sessions in a signed token that the browser keeps: any app server reads it, none of them stores it. A change makes a new token,
 * and every older copy stays as valid as it was. Only a denylist can take a session back before its tokens expire.
 */
import { randomUUID } from "node:crypto";
import type { Response } from "express";
import { COOKIE, sessionData } from "./express-session-store.ts";
import { requestCookie } from "./request-cookie.ts";
import { hasExpired, setTokenCookie, type TokenSigner, tokenSigner } from "./signed-token.ts";
import { idleMsOf, type OpenStore, type SessionData, type SessionHandle, type StoreContext } from "./store.ts";

/** The sessions whose tokens are no longer taken. Both throw StoreUnreachableError. */
export interface Denylist {
  has(sid: string): Promise<boolean>;
  /** Until the last of its tokens has expired: `IDLE_SECONDS` from now, see `sessionOf`. */
  add(sid: string): Promise<void>;
}

/** Looked up for visitors without a session, so that a denylist that is away is noticed by everybody. */
const NOBODY = "nobody";

export function openTokenSessionStore(
  { store, cookie }: StoreContext,
  denylist?: Denylist,
): Pick<OpenStore, "sessionOf"> {
  const signer = tokenSigner(cookie.secret, store);
  return {
    /**
     * An app server may stand still at any point of this, for however long, while another one writes a denial. It holds all the
     * same, if all of them and the denylist's server go by one clock:
     * - who read before the denial was written makes tokens that count from before the reading, and so end with the denial at last;
     * - who reads when the denial is over was brought a token that is over, too, and is looked at once more after the reading.
     */
    async sessionOf(request, response) {
      const sinceMs = Date.now();
      const claims = await signer.verify(requestCookie(request, cookie.name) ?? "");
      const data = sessionData({ ...claims, user: claims?.sub } as Partial<SessionData>);
      const sid = data !== null && typeof claims?.sid === "string" ? claims.sid : null;
      const isDenied = (await denylist?.has(sid ?? NOBODY)) ?? false;
      const found = sid === null || isDenied || hasExpired(claims ?? {}) ? null : { sid, data };
      return new TokenSession(found, { response, cookieName: cookie.name, signer, denylist, sinceMs });
    },
  };
}

interface TokenParts {
  readonly response: Response;
  readonly cookieName: string;
  readonly signer: TokenSigner;
  readonly denylist: Denylist | undefined;
  /** When the request came in: milliseconds since 1970. */
  readonly sinceMs: number;
}

class TokenSession implements SessionHandle {
  readonly data: SessionData | null;
  /** The same in all tokens of a session. */
  #sid: string | null;
  readonly #parts: TokenParts;

  constructor(found: { sid: string; data: SessionData | null } | null, parts: TokenParts) {
    this.data = found?.data ?? null;
    this.#sid = found?.sid ?? null;
    this.#parts = parts;
  }

  async start(data: SessionData): Promise<void> {
    const before = this.#sid;
    this.#sid = randomUUID();
    // A new session, of which no denylist knows anything: it lasts from now on.
    const token = await this.#tokenOf(data, Date.now());
    // First the old session ends: nobody is told of a new one while a copy of the old one still opens.
    if (before !== null) await this.#parts.denylist?.add(before);
    this.#set(token);
  }

  async save(data: SessionData): Promise<void> {
    this.#set(await this.#tokenOf(data, this.#parts.sinceMs));
  }

  async renew(): Promise<void> {
    if (this.data !== null) await this.save(this.data);
  }

  async end(): Promise<void> {
    const { response, cookieName, denylist } = this.#parts;
    if (this.#sid !== null) await denylist?.add(this.#sid);
    response.clearCookie(cookieName, COOKIE);
  }

  #tokenOf({ user, ...data }: SessionData, sinceMs: number): Promise<string> {
    return this.#parts.signer.sign({ ...data, sub: user, sid: this.#sid }, idleMsOf(data), sinceMs);
  }

  #set(token: string): void {
    setTokenCookie(this.#parts.response, this.#parts.cookieName, token);
  }
}
