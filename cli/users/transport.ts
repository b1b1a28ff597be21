import type { IncomingHttpHeaders } from "node:http";
import { type Dispatcher, Pool } from "undici";
import type { Address, SiteReply, SiteRequest } from "../subject/site.ts";
import { clientAddressHeader } from "./client-address.ts";

/** One HTTP request; the connection goes to the origin, whatever host it names. */
export interface HttpRequest extends SiteRequest, Address {
  /** The address that the client is to be seen at; this machine's without. */
  client?: string;
  /** `fresh` opens a connection for this request alone. */
  connection: "kept" | "fresh";
}

export interface Transport {
  send(request: HttpRequest): Promise<SiteReply>;
  close(): Promise<void>;
}

/** A request without an answer after this long is given up: its outcome is unknown. */
export const answerDeadlineMs = 5_000;

/** The connections to one origin. */
interface Pools {
  /** What follows a host name in the header `Host`. */
  portSuffix: string;
  kept: Pool;
  fresh: Pool;
}

/** The only HTTP caller of the lab: talks to the origins that requests name, and follows nothing elsewhere. @param options for each origin */
export function openTransport({ connections = 64 }: { connections?: number } = {}): Transport {
  const opened = new Map<string, Pools>();
  const poolsOf = (origin: string): Pools => {
    const known = opened.get(origin);
    if (known) return known;
    const pools = openPools(origin, connections);
    opened.set(origin, pools);
    return pools;
  };

  return {
    send({ origin, host, method, path, headers, client, body, connection }) {
      const pools = poolsOf(origin);
      const all: Record<string, string> = { ...headers, host: host + pools.portSuffix };
      if (client !== undefined) all[clientAddressHeader] = client;
      return new Promise((resolve) => {
        pools[connection].dispatch({ method, path, headers: all, body: body ?? null }, new ReplyReader(resolve));
      });
    },
    async close() {
      await Promise.all([...opened.values()].flatMap(({ kept, fresh }) => [kept.destroy(), fresh.destroy()]));
    },
  };
}

function openPools(origin: string, connections: number): Pools {
  const { port } = new URL(origin);
  const timeouts = {
    headersTimeout: answerDeadlineMs,
    bodyTimeout: answerDeadlineMs,
    connectTimeout: answerDeadlineMs,
  };
  return {
    portSuffix: port === "" ? "" : `:${port}`,
    kept: new Pool(origin, { ...timeouts, connections, pipelining: 1 }),
    // `pipelining: 0` switches keep-alive off: each request has a connection of its own.
    fresh: new Pool(origin, { ...timeouts, connections, pipelining: 0 }),
  };
}

/**
 * Reads one answer whole. This is what undici calls while it parses; its `request` makes a stream of every answer, which nobody here
 * needs and which was a quarter of a virtual user's processor time.
 */
class ReplyReader implements Dispatcher.DispatchHandler {
  readonly #resolve: (reply: SiteReply) => void;
  readonly #chunks: Buffer[] = [];
  #status = 0;
  #headers: Extract<SiteReply, { answered: true }>["headers"] = {};

  constructor(resolve: (reply: SiteReply) => void) {
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
