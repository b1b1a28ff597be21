/** JSON Web Tokens as cookies: signed, so that nobody changes them, and readable by whoever has them. */
import { hkdfSync, webcrypto } from "node:crypto";
import type { Response } from "express";
import { type JWTPayload, jwtVerify, SignJWT } from "jose";
import { COOKIE } from "./express-session-store.ts";

/** HMAC with SHA-256 (RFC 7518, 3.2). Only this is accepted back: a token must not choose how it is verified (RFC 8725, 3.1). */
const ALGORITHM = "HS256";

/** A browser must keep cookies of up to 4096 bytes, name, value and attributes together (RFC 6265, 6.1); larger ones it drops without a word. */
export const LARGEST_COOKIE_BYTES = 4096;

export interface TokenSigner {
  /** Valid for so long, from now on unless told another moment (milliseconds since 1970). */
  sign(claims: JWTPayload, forMs: number, sinceMs?: number): Promise<string>;
  /** The claims; undefined for what is no token of this audience, was changed, or is too old. */
  verify(token: string): Promise<JWTPayload | undefined>;
}

/**
 * Every app server that has the secret can sign and verify. The key is derived from it (RFC 5869), so that it signs nothing but
 * tokens; `audience` keeps the tokens of one store from being taken by another.
 */
export function tokenSigner(secret: string, audience: string): TokenSigner {
  const bytes = hkdfSync("sha256", secret, "", "session lab: tokens", 32);
  // As Web Crypto wants it, and once: any other kind of key jose would import anew for each token.
  const importing = webcrypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
    "verify",
  ]);
  return {
    sign: async (claims, forMs, sinceMs = Date.now()) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: ALGORITHM, typ: "JWT" })
        .setAudience(audience)
        .setIssuedAt(new Date(sinceMs))
        .setExpirationTime(new Date(sinceMs + forMs))
        .sign(await importing),
    async verify(token) {
      try {
        return (await jwtVerify(token, await importing, { audience, algorithms: [ALGORITHM], requiredClaims: ["exp"] }))
          .payload;
      } catch {
        return undefined;
      }
    },
  };
}

/** Whether a token that was good when it was verified has expired since. */
export function hasExpired({ exp = 0 }: JWTPayload): boolean {
  return exp * 1_000 <= Date.now();
}

/** Throws TokenTooLargeError, and sets no cookie then. */
export function setTokenCookie(response: Response, name: string, token: string): void {
  const sizeBytes = Buffer.byteLength(`${name}=${token}; Path=/; HttpOnly; SameSite=Lax`);
  if (sizeBytes > LARGEST_COOKIE_BYTES) throw new TokenTooLargeError(sizeBytes);
  response.cookie(name, token, COOKIE);
}

/** The session does not fit into a cookie. Nothing was changed. */
export class TokenTooLargeError extends Error {
  override readonly name = "TokenTooLargeError";
  readonly status = 413;

  constructor(sizeBytes: number) {
    super(
      `the session does not fit into its cookie: it would take ${sizeBytes} bytes, and browsers drop cookies over ${LARGEST_COOKIE_BYTES}; nothing was changed`,
    );
  }
}
