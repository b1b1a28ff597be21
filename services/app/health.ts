/** GET /healthz: whether the process answers, and, with a store named, whether that store does. */
import type { RequestHandler } from "express";
import type { AppContext } from "./app-context.ts";
import { chooseStore, STORE_HEADER } from "./choose-store.ts";
import { StoreUnreachableError } from "./store.ts";

/** Where no store is named. Whoever asks may know: health checks do not come from the balancers. */
export function isAlive({ appServer, bootId }: AppContext): RequestHandler {
  return (request, response, next) => {
    if (request.get(STORE_HEADER) === undefined) response.json({ appServer, bootId });
    else next();
  };
}

/** Whether the store answers on every connection that this app server keeps for it, and how many sessions it holds. */
export function storeHealth(context: AppContext): RequestHandler {
  const { appServer, bootId } = context;
  return async (request, response) => {
    const { id: store, open } = chooseStore(request, context);
    try {
      response.json({ appServer, bootId, store, reachable: true, sessions: await open.countSessions() });
    } catch (error) {
      if (!(error instanceof StoreUnreachableError)) throw error;
      response.status(503).json({ appServer, bootId, store, reachable: false, reason: error.reason });
    }
  };
}
