import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";

/** Headers of one connection and not of the message (RFC 9110, 7.6.1), and the framing of the body, which is written anew. */
const OF_THE_CONNECTION = [
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "expect",
];

/** What only the lab's own balancers say: a stranger cannot choose a store or forge an address. */
const OF_BALANCERS =
  /^(forwarded|x-forwarded-.*|x-real-ip|x-session-store|x-balancing-policy|x-balancer-secret|x-lab-.*)$/;

export interface Said {
  readonly store: string;
  readonly balancerSecret: string;
  /** Of whoever asks. */
  readonly address: string;
  /** In bytes; undefined for a request without a body. */
  readonly bodyLength: number | undefined;
}

/** The headers of a request as the app server is to see them: nginx/proxy.conf says the same. */
export function requestHeaders(
  headers: IncomingHttpHeaders,
  { store, balancerSecret, address, bodyLength }: Said,
): OutgoingHttpHeaders {
  const kept = Object.entries(headers).filter(
    // Of names with an underscore some servers make the one with a hyphen: nginx drops them, too.
    ([name]) =>
      /^[a-z0-9-]+$/.test(name) && !isOfConnection(name) && name !== "content-length" && !OF_BALANCERS.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    ...(bodyLength === undefined ? {} : { "content-length": bodyLength }),
    "x-session-store": store,
    "x-balancing-policy": "direct",
    "x-balancer-secret": balancerSecret,
    "x-real-ip": address,
    "x-forwarded-for": address,
    "x-forwarded-proto": "http",
    connection: "close",
  };
}

/** The headers of an answer. */
export function answerHeaders(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !isOfConnection(name)));
}

function isOfConnection(name: string): boolean {
  return OF_THE_CONNECTION.includes(name);
}
