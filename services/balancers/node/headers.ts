import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/**
 * Headers that speak of one connection and not of the message (RFC 9110, 7.6.1): they end here. Whatever else nginx says,
 * X-Forwarded-For among it, is passed on as it came.
 */
const HOP_BY_HOP = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  // Node has answered it with "100 Continue" already.
  "expect",
];

/**
 * Headers that are meant for every server on the way: the framing of the body, what the app decides by, and what the proxy in front
 * says, which a browser must not be able to take away. `Connection` has no business with them (RFC 9110, 7.6.1).
 */
const FOR_EVERYBODY = [
  "content-length",
  "content-type",
  "content-encoding",
  "transfer-encoding",
  "host",
  "cookie",
  "authorization",
  "origin",
  "forwarded",
  "x-session-store",
  "x-balancing-policy",
  "x-real-ip",
  "x-balancer-secret",
];
const FAMILIES_FOR_EVERYBODY = ["x-forwarded-", "sec-fetch-"];

/**
 * What `Connection` names although it is meant for everybody. Such a request is refused: without its length, for one, the body that
 * follows would be a request of its own to the next server (request smuggling), and with it the header would not be dropped.
 */
export function misdeclared(headers: IncomingHttpHeaders): string | undefined {
  return declaredIn(headers).find(
    (name) => FOR_EVERYBODY.includes(name) || FAMILIES_FOR_EVERYBODY.some((start) => name.startsWith(start)),
  );
}

/** The headers of a request, as the next server is to see them. */
export function requestHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  // A body of unknown length stays one: without this Node would send that of a DELETE without any framing.
  const framing = headers["transfer-encoding"] === undefined ? {} : { "transfer-encoding": "chunked" };
  return { ...endToEnd(headers), ...framing };
}

/** The headers of an answer, with one more cookie beside those that the app sets. */
export function answerHeaders(headers: IncomingHttpHeaders, cookie?: string): OutgoingHttpHeaders {
  const kept = endToEnd(headers);
  if (cookie === undefined) return kept;
  return { ...kept, "set-cookie": [...(headers["set-cookie"] ?? []), cookie] };
}

export function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > 0;
}

/** Without the hop-by-hop headers, and without those that `Connection` declares to be some. */
function endToEnd(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  const dropped = new Set([...HOP_BY_HOP, ...declaredIn(headers)]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)));
}

function declaredIn({ connection = "" }: IncomingHttpHeaders): string[] {
  return connection.split(",").map((name) => name.trim().toLowerCase());
}
