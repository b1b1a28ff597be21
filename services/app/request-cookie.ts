import { parse } from "cookie";
import type { Request } from "express";

/**
 * The value of a cookie that the visitor sent; undefined without one. Of several with one name the first counts: it has the
 * longest path (RFC 6265, 5.4).
 */
export function requestCookie(request: Request, name: string): string | undefined {
  return parse(request.get("Cookie") ?? "")[name];
}
