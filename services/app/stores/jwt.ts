import { defineStore } from "../store.ts";
import { openTokenSessionStore } from "../token-session-store.ts";

/** A JSON Web Token (RFC 7519), stateless: the app servers share nothing but the key. */
export default defineStore({
  title: "Signed token in the browser",
  what: "A session, cart included, lives in a signed cookie that the browser brings along; it dies with the cookie, and no server can take a copy back before it expires.",
  livesIn: "browser",
  server: null,
  persistence: null,
  revocable: false,
  open: async (context) => ({
    ...openTokenSessionStore(context),
    countSessions: async () => null,
    close: async () => {},
  }),
});
