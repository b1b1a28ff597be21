/**
 * GET /healthz: the process answers; with a store named, also whether that store does on every connection that this app server
 * keeps for it, and how many sessions it holds.
 */
import type { RequestHandler } from "express";
import type { AppContext } from "./app.ts";
import { chooseStore, STORE_HEADER } from "./choose-store.ts";
import { StoreUnreachableError } from "./store.ts";

export function healthz(context: AppContext): RequestHandler {
  const { appServer, bootId } = context;
  return async (request, response) => {
    if (request.get(STORE_HEADER) === undefined) {
      response.json({ appServer, bootId });
      return;
    }
    const { id: store, open } = chooseStore(request, context);
    try {
      response.json({ appServer, bootId, store, reachable: true, sessions: await open.countSessions() });
    } catch (error) {
      if (!(error instanceof StoreUnreachableError)) throw error;
      response.status(503).json({ appServer, bootId, store, reachable: false, reason: error.reason });
    }
  };
}
