import type { AppContext } from "./app-context.ts";
import type { SessionHandle } from "./store.ts";

/** What `/whoami` answers, and every route that changes the session. */
export interface WhoAmI {
  authenticated: boolean;
  user: string | null;
  nonce: string | null;
  /** Item ids, oldest first. */
  cart: readonly string[];
  cartVersion: number;
  appServer: string;
  bootId: string;
  /** The id of the store that was asked. */
  store: string;
  /** The store is away, and the answer comes from a fallback: the user and the nonce are right, the cart is not known. */
  degraded?: true;
}

export function whoAmIAnswer(
  { data, degraded }: Pick<SessionHandle, "data" | "degraded">,
  store: string,
  { appServer, bootId }: AppContext,
): WhoAmI {
  return {
    authenticated: data !== null,
    user: data?.user ?? null,
    nonce: data?.nonce ?? null,
    cart: data?.cart ?? [],
    cartVersion: data?.cartVersion ?? 0,
    appServer,
    bootId,
    store,
    ...(degraded ? { degraded } : {}),
  };
}
