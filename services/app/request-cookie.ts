import type { Request } from "express";

/**
 * The value of a cookie that the visitor sent; undefined without one. Of several with one name the first counts: it has the
 * longest path (RFC 6265, 5.4).
 */
export function requestCookie(request: Request, name: string): string | undefined {
  const pairs = (request.get("Cookie") ?? "").split(";").map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${name}=`))?.slice(name.length + 1);
}
