/**
 * Who asks, and for which store, is said in headers, and whoever reaches an app server's port can send those. So they are believed
 * only together with a secret that the balancers and the app servers share.
 */
import { timingSafeEqual } from "node:crypto";
import type { RequestHandler } from "express";
import type { AppContext } from "./app-context.ts";

export const SECRET_HEADER = "X-Balancer-Secret";

/** Answers 403 to whoever does not know the secret; no session is looked at, and none is made. */
export function onlyFromBalancers({ balancerSecret }: Pick<AppContext, "balancerSecret">): RequestHandler {
  const secret = Buffer.from(balancerSecret);
  return (request, response, next) => {
    const said = Buffer.from(request.get(SECRET_HEADER) ?? "");
    // A comparison that ends at the first wrong byte would tell by its time how much of a guess was right.
    if (said.length === secret.length && timingSafeEqual(said, secret)) return next();
    response.status(403).json({ error: "an app server answers only the balancer: ask the balancer" });
  };
}
