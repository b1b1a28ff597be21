/**
 * A store that knows its visitors while its server is away: beside the session's cookie each browser holds a signed identity, and
 * nothing else of the session. Reading falls back to it; whatever would change the session is refused as ever. The fallback cannot
 * know of logouts, so it is taken only while the server gives no answer, and for no longer than an idle session lives.
 */
import type { Request, Response } from "express";
import { COOKIE, sessionData } from "./express-session-store.ts";
import { requestCookie } from "./request-cookie.ts";
import { setTokenCookie, type TokenSigner, tokenSigner } from "./signed-token.ts";
import {
  idleMsOf,
  type OpenStore,
  type SessionData,
  type SessionHandle,
  type StoreContext,
  StoreUnreachableError,
} from "./store.ts";

export function withIdentityFallback(main: OpenStore, { store, cookie }: StoreContext): OpenStore {
  const cookieName = `${cookie.name}_identity`;
  const signer = tokenSigner(cookie.secret, store);
  return {
    ...main,
    async sessionOf(request, response) {
      try {
        return new WithIdentity(await main.sessionOf(request, response), { response, cookieName, signer });
      } catch (error) {
        const data = error instanceof StoreUnreachableError ? await identityOf(request) : null;
        // A visitor without an identity is nobody that the fallback knows; whether they have a session only the server could say.
        if (data === null) throw error;
        return degraded(data, error as StoreUnreachableError);
      }
    },
  };

  async function identityOf(request: Request): Promise<SessionData | null> {
    const claims = await signer.verify(requestCookie(request, cookieName) ?? "");
    return sessionData({ ...claims, user: claims?.sub } as Partial<SessionData>);
  }
}

interface IdentityParts {
  readonly response: Response;
  readonly cookieName: string;
  readonly signer: TokenSigner;
}

/** The server answers: it decides, and the identity is kept in step with the session. */
class WithIdentity implements SessionHandle {
  readonly #session: SessionHandle;
  readonly #parts: IdentityParts;

  constructor(session: SessionHandle, parts: IdentityParts) {
    this.#session = session;
    this.#parts = parts;
  }

  get data(): SessionData | null {
    return this.#session.data;
  }

  async start(data: SessionData): Promise<void> {
    await this.#session.start(data);
    await this.#identify(data);
  }

  save(data: SessionData): Promise<void> {
    return this.#session.save(data);
  }

  async renew(): Promise<void> {
    await this.#session.renew();
    if (this.data !== null) await this.#identify(this.data);
  }

  async end(): Promise<void> {
    await this.#session.end();
    this.#parts.response.clearCookie(this.#parts.cookieName, COOKIE);
  }

  /** Who one is; of the cart nothing, which would be out of date with the next item. */
  async #identify({ user, cart: _cart, cartVersion: _version, ...identity }: SessionData): Promise<void> {
    const { response, cookieName, signer } = this.#parts;
    setTokenCookie(response, cookieName, await signer.sign({ ...identity, sub: user }, idleMsOf(identity)));
  }
}

/** The server is away. */
function degraded(data: SessionData, unreachable: StoreUnreachableError): SessionHandle {
  const refuse = async () => {
    throw unreachable;
  };
  return { data, degraded: true, start: refuse, save: refuse, end: refuse, renew: async () => {} };
}
