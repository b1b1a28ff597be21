/**
 * This balancer passes on what nginx says of a request, and the app servers believe it. So it takes requests only together with the
 * secret that nginx shares with it and with the app servers: X-Balancer-Secret, which it passes on, too.
 */
import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** @returns whether a request says this secret */
export function secretCheck(balancerSecret: string): (request: Pick<IncomingMessage, "headers">) => boolean {
  const secret = Buffer.from(balancerSecret);
  return ({ headers }) => {
    const said = Buffer.from(String(headers["x-balancer-secret"] ?? ""));
    // A comparison that ends at the first wrong byte would tell by its time how much of a guess was right.
    return said.length === secret.length && timingSafeEqual(said, secret);
  };
}
