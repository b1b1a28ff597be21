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
  const declared = (headers.connection ?? "").split(",").map((name) => name.trim().toLowerCase());
  const dropped = new Set([...HOP_BY_HOP, ...declared]);
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)));
}
