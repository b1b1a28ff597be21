import type { IncomingHttpHeaders } from "node:http";
import { type Dispatcher, Pool } from "undici";

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
    send({ host, method, path, headers, body, connection }) {
      const pool = connection === "fresh" ? fresh : kept;
      return new Promise((resolve) => {
        const options = { method, path, headers: { ...headers, host: `${host}:${port}` }, body: body ?? null };
        pool.dispatch(options, new ReplyReader(resolve));
      });
    },
    async close() {
      await Promise.all([kept.destroy(), fresh.destroy()]);
    },
  };
}

/**
 * Reads one answer whole. This is what undici calls while it parses; its `request` makes a stream of every answer, which nobody here
 * needs and which was a quarter of a virtual user's processor time.
 */
class ReplyReader implements Dispatcher.DispatchHandler {
  readonly #resolve: (reply: HttpReply) => void;
  readonly #chunks: Buffer[] = [];
  #status = 0;
  #headers: Extract<HttpReply, { answered: true }>["headers"] = {};

  constructor(resolve: (reply: HttpReply) => void) {
    this.#resolve = resolve;
  }

  /** By this undici knows which kind of handler it has. */
  onRequestStart(): void {}

  /** An answer below 200 comes before the one that counts (RFC 9110, 15.2). */
  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const body = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#resolve({ answered: true, status: this.#status, headers: this.#headers, body: body.toString() });
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#resolve({ answered: false, sent: !neverSent.has(codeOf(error)), reason: reasonOf(error) });
  }
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
