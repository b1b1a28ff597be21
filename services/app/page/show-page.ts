/** GET /: the page a room looks at. And the same frame around an error. */
import type { Request, RequestHandler, Response } from "express";
import type { AppContext } from "../app-context.ts";
import { chooseStore, POLICY_HEADER, STORE_HEADER } from "../choose-store.ts";
import type { ErrorAnswer } from "../error-answer.ts";
import { storeUrls } from "./elsewhere.ts";
import { type Frame, frame } from "./frame.ts";
import { errorPart, sessionPart } from "./main-parts.ts";
import { CONTENT_SECURITY_POLICY } from "./style.ts";

export function showPage(context: AppContext): RequestHandler {
  return async (request, response) => {
    const store = chooseStore(request, context);
    const session = await store.open.sessionOf(request, response);
    await session.renew();
    const title = session.data === null ? "not logged in" : session.data.user;
    send(response, frame(frameOf(context, request), title, sessionPart(session, store)));
  };
}

/** The status has been set. */
export function showErrorPage(context: AppContext, request: Request, response: Response, answer: ErrorAnswer): void {
  const around = frameOf(context, request);
  const main = errorPart(answer, around);
  send(response, frame(answer.body.known ? { ...around, elsewhere: [] } : around, `${answer.status}`, main));
}

function frameOf({ appServer, bootId, catalogue }: AppContext, request: Request): Frame {
  const store = request.get(STORE_HEADER) ?? null;
  const others = [...catalogue.keys()].filter((id) => id !== store);
  return {
    appServer,
    bootId,
    uptimeSeconds: process.uptime(),
    policy: request.get(POLICY_HEADER) ?? null,
    store,
    elsewhere: storeUrls(request.get("Host"), others),
  };
}

function send(response: Response, page: string): void {
  response.set("Content-Security-Policy", CONTENT_SECURITY_POLICY);
  response.type("html").send(page);
}
