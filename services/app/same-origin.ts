/**
 * Who may change something: this app's own pages, and whoever is no browser. A page of another site can make a visitor's browser send
 * a form here. SameSite keeps that visitor's cookie out of it, but a login, for one, needs no cookie: it makes a session.
 *
 * Browsers say where a request comes from, and no page can make them say something else:
 * - Sec-Fetch-Site, where they know it, compares that page with the address that it asks (https://www.w3.org/TR/fetch-metadata/);
 * - Origin, with every request that is not for reading, names it, or is `null` (https://fetch.spec.whatwg.org/#origin-header).
 * curl and the like send neither, and are let through: they have no visitor whose browser could be misused.
 */
import type { Request, RequestHandler } from "express";

/** Methods for looking, which must change nothing anywhere (RFC 9110, 9.2.1). */
const SAFE = ["GET", "HEAD", "OPTIONS"];

/** Throws ForeignPageError. */
export function refuseForeignPages(): RequestHandler {
  return (request, _response, next) => {
    if (!SAFE.includes(request.method) && !isFromHere(request)) throw new ForeignPageError();
    next();
  };
}

function isFromHere(request: Request): boolean {
  const site = request.get("Sec-Fetch-Site");
  // `none`: the person's own doing, such as an address that they typed.
  if (site !== undefined) return site === "same-origin" || site === "none";
  const origin = request.get("Origin");
  if (origin === undefined) return true;
  // `null` is no URL. Not the whole of it is compared: a proxy in front may speak TLS to the browser.
  return URL.canParse(origin) && new URL(origin).host === request.get("Host");
}

class ForeignPageError extends Error {
  override readonly name = "ForeignPageError";
  readonly status = 403;

  constructor() {
    super("this request comes from a page of another site; only the app's own pages may change something");
  }
}
