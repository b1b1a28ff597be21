import session from "express-session";
import { openExpressSessionStore } from "../express-session-store.ts";
import { defineStore } from "../store.ts";

/** express-session's default store. Each app server has one of its own, and nobody else can look into it. */
export default defineStore({
  title: "Memory of the app server",
  what: "A session lives in the memory of the one app server process that made it, and dies with that process.",
  livesIn: "app-server",
  server: null,
  persistence: null,
  leaks: true,
  open: async ({ cookie }) => {
    const store = new session.MemoryStore();
    return openExpressSessionStore({
      store,
      cookie,
      countSessions: async () => heldIn(store),
    });
  },
});

/**
 * Those that ended by themselves included: MemoryStore drops such a session only when it is read. Its own `length` reads all of
 * them, so to ask would be to clean up (express-session/session/memory.js, `getSession`).
 */
function heldIn(store: session.MemoryStore): number {
  const { sessions } = store as unknown as { sessions: Record<string, string> };
  return Object.keys(sessions).length;
}
