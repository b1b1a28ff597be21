import { Pool } from "undici";

/** One HTTP request to the lab's balancer. */
export interface HttpRequest {
  /** Host name of the architecture; the connection itself always goes to 127.0.0.1. */
  host: string;
  method: "GET" | "POST";
  path: string;
  headers: Record<string, string>;
  body?: string;
  /** `fresh` opens a connection for this request alone. */
  connection: "kept" | "fresh";
}

/** An answer, or why there was none. `sent: false` means that the request certainly never left. */
export type HttpReply =
  | { answered: true; status: number; headers: Record<string, string | string[] | undefined>; body: string }
  | { answered: false; sent: boolean; reason: string };

export interface Transport {
  send(request: HttpRequest): Promise<HttpReply>;
  close(): Promise<void>;
}

/** A request without an answer after this long is given up: its outcome is unknown. */
export const answerDeadlineMs = 5_000;

/** The only HTTP caller of the lab: talks to one published port on the loopback interface and to nothing else. */
export function openTransport({ port, connections = 64 }: { port: number; connections?: number }): Transport {
  const origin = `http://127.0.0.1:${port}`;
  const timeouts = {
    headersTimeout: answerDeadlineMs,
    bodyTimeout: answerDeadlineMs,
    connectTimeout: answerDeadlineMs,
  };
  const kept = new Pool(origin, { ...timeouts, connections, pipelining: 1 });
  // `pipelining: 0` switches keep-alive off: each request has a connection of its own.
  const fresh = new Pool(origin, { ...timeouts, connections, pipelining: 0 });

  return {
    async send({ host, method, path, headers, body, connection }) {
      const pool = connection === "fresh" ? fresh : kept;
      try {
        const response = await pool.request({
          method,
          path,
          headers: { ...headers, host: `${host}:${port}` },
          ...(body === undefined ? {} : { body }),
        });
        const text = await response.body.text();
        return { answered: true, status: response.statusCode, headers: response.headers, body: text };
      } catch (error) {
        return { answered: false, sent: !neverSent.has(codeOf(error)), reason: reasonOf(error) };
      }
    },
    async close() {
      await Promise.all([kept.destroy(), fresh.destroy()]);
    },
  };
}

/** Errors of connecting: nothing was sent. */
const neverSent = new Set(["ECONNREFUSED", "UND_ERR_CONNECT_TIMEOUT", "EADDRNOTAVAIL", "EMFILE"]);

function codeOf(error: unknown): string {
  return String((error as NodeJS.ErrnoException).code ?? "");
}

function reasonOf(error: unknown): string {
  const code = codeOf(error);
  const words: Record<string, string> = {
    ECONNREFUSED: "connection refused",
    ECONNRESET: "connection reset",
    UND_ERR_SOCKET: "connection closed without an answer",
    UND_ERR_HEADERS_TIMEOUT: `no answer within ${answerDeadlineMs} ms`,
    UND_ERR_BODY_TIMEOUT: `answer not complete within ${answerDeadlineMs} ms`,
    UND_ERR_CONNECT_TIMEOUT: `no connection within ${answerDeadlineMs} ms`,
  };
  return words[code] ?? `${code || "error"}: ${(error as Error).message}`;
}
