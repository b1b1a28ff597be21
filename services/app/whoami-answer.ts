import type { AppContext } from "./app.ts";
import type { SessionData } from "./store.ts";

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
}

export function whoAmIAnswer(data: SessionData | null, store: string, { appServer, bootId }: AppContext): WhoAmI {
  return {
    authenticated: data !== null,
    user: data?.user ?? null,
    nonce: data?.nonce ?? null,
    cart: data?.cart ?? [],
    cartVersion: data?.cartVersion ?? 0,
    appServer,
    bootId,
    store,
  };
}
