/** A real HTTP server on loopback that answers what a test wants, and remembers what it was asked. */
import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { listenOnOwnPort } from "../../../app/testing/own-ports.ts";

export class FakeAppServer {
  /** Requests that reached it, health checks aside: `GET /path`. */
  readonly asked: string[] = [];
  readonly requests: IncomingMessage[] = [];
  connections = 0;
  /** What it answers; by default its name. */
  answer: (request: IncomingMessage, response: ServerResponse) => void;
  /** What it answers to health checks; by default 200. */
  health: (response: ServerResponse) => void = (response) => response.end("ok");
  readonly #server = createServer();
  #port = 0;

  constructor(name: string) {
    this.answer = (_request, response) => response.end(name);
    const listener: RequestListener = (request, response) => {
      if (request.url === "/healthz") return this.health(response);
      this.asked.push(`${request.method} ${request.url}`);
      this.requests.push(request);
      this.answer(request, response);
    };
    this.#server.on("request", listener).on("connection", () => (this.connections += 1));
  }

  get address() {
    return { host: "127.0.0.1", port: this.#port };
  }

  /** Listens on the port it had before, if it had one. */
  async start(): Promise<this> {
    if (this.#port === 0) {
      this.#port = await listenOnOwnPort(this.#server);
      return this;
    }
    this.#server.listen(this.#port, "127.0.0.1");
    await once(this.#server, "listening");
    return this;
  }

  /** As a process that dies: its connections break, and new ones are refused. */
  async stop(): Promise<void> {
    const closed = once(this.#server, "close");
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}
