import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { PageAssets } from "../picture/page-assets.ts";
import { admit, type PageAddress, pathForOnce, type Route } from "./admission.ts";
import { CodeForOnce } from "./code-for-once.ts";
import type { Feed } from "./feed.ts";
import type { Answered } from "./page-data.ts";
import { type PageRequest, readPageRequest } from "./page-request.ts";
import { streamFeed } from "./stream.ts";

export interface PageServer extends AsyncDisposable {
  /** With the token: whoever has it may look, and act. For the user's own eyes: no other program is to be told. */
  url: string;
  /** Another address of the same page for a program that is started with it: good once, within two minutes. */
  urlForOnce(options: { onSecondUse: () => void }): string;
}

export interface PageServerOptions {
  /** The page itself. */
  page: string;
  assets: PageAssets;
  feed: Feed;
  /** Does what the page asks for; without it nothing can be done from there. */
  act?: (asked: PageRequest) => Promise<Answered>;
}

/** Only what this server itself gives; no other site may show it, read it, or be asked by it. */
const headers = {
  "content-security-policy": [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "cache-control": "no-store",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
};

/** Serves a page on a free port of 127.0.0.1 to whoever knows the token, until it is disposed of. */
export async function servePage({ page, assets, feed, act }: PageServerOptions): Promise<PageServer> {
  const token = randomBytes(24).toString("base64url");
  const open = new Set<() => void>();
  const address: PageAddress = { port: 0, token, code: undefined };

  const answer: Record<Route, (request: IncomingMessage, response: ServerResponse) => void | Promise<void>> = {
    lead: (_, response) => void response.writeHead(303, { location: `/${token}/` }).end(),
    page: (_, response) => send(response, 200, "text/html; charset=utf-8", page),
    script: (_, response) => send(response, 200, "text/javascript; charset=utf-8", assets.script),
    style: (_, response) => send(response, 200, "text/css; charset=utf-8", assets.style),
    events: (request, response) => streamFeed(request, response, { feed, open }),
    act: async (request, response) => {
      if (!act) return refuse(response, { status: 403, says: "nothing can be done from this page" });
      const asked = await readPageRequest(request);
      if (!("do" in asked)) return refuse(response, asked);
      const answered = await act(asked);
      send(response, answered.ok ? 200 : 409, "application/json", JSON.stringify(answered));
    },
  };

  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
    const admitted = admit(request, address);
    if (!("route" in admitted)) return refuse(response, admitted);
    Promise.resolve(answer[admitted.route](request, response)).catch((error: Error) => {
      if (!response.headersSent) refuse(response, { status: 500, says: error.message });
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ port: 0, host: "127.0.0.1" }, resolve);
  });
  address.port = (server.address() as AddressInfo).port;
  return {
    url: `http://127.0.0.1:${address.port}/${token}/`,
    urlForOnce(options) {
      address.code = new CodeForOnce(options);
      return `http://127.0.0.1:${address.port}${pathForOnce(address.code)}`;
    },
    async [Symbol.asyncDispose]() {
      for (const end of [...open]) end();
      const closed = new Promise((resolve) => server.close(resolve));
      // What was just written is on its way; whoever does not go is shown out.
      setTimeout(() => server.closeAllConnections(), 100).unref();
      await closed;
    },
  };
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { "content-type": type }).end(text);
}

function refuse(response: ServerResponse, { status, says }: { status: number; says: string }): void {
  if (status === 405) response.setHeader("allow", says.replace("only ", ""));
  response.setHeader("connection", "close");
  send(response, status, "text/plain; charset=utf-8", `${says}\n`);
}
