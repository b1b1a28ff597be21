/** The app: its routes in the order in which they are tried, and what every answer has in common. */
import express, { type Express, type RequestHandler } from "express";
import type { AppContext } from "./app-context.ts";
import { sendError } from "./errors.ts";
import { isAlive, storeHealth } from "./health.ts";
import { onlyFromBalancers } from "./only-from-balancers.ts";
import { showPage } from "./page/show-page.ts";
import { refuseForeignPages } from "./same-origin.ts";
import { addToCart, logIn, logOut, whoAmI } from "./session-routes.ts";

const BODY_LIMIT = "16kb";

export function createApp(context: AppContext): Express {
  const app = express();
  app.disable("x-powered-by");
  // A 304 would be an answer without the app server's own body.
  app.disable("etag");

  app.use(markEveryAnswer(context));
  app.get("/healthz", isAlive(context));
  app.use(onlyFromBalancers(context));
  app.use(refuseForeignPages());
  app.get("/healthz", storeHealth(context));
  app.get("/whoami", whoAmI(context));
  app.get("/", showPage(context));
  app.use(express.json({ limit: BODY_LIMIT }), express.urlencoded({ limit: BODY_LIMIT, extended: false }));
  app.post("/login", logIn(context));
  app.post("/cart", addToCart(context));
  app.post("/logout", logOut(context));
  app.use((_request, response) => response.status(404).json({ error: "no such page" }));
  app.use(sendError(context));
  return app;
}

function markEveryAnswer({ appServer, bootId }: AppContext): RequestHandler {
  const headers = {
    "X-App-Server": appServer,
    "X-Boot-Id": bootId,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
  };
  return (_request, response, next) => {
    response.set(headers);
    next();
  };
}
