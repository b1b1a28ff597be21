import { promisify } from "node:util";
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
  open: async ({ cookie }) => {
    const store = new session.MemoryStore();
    return openExpressSessionStore({
      store,
      cookie,
      countSessions: async () => (await promisify(store.length.bind(store))()) ?? 0,
    });
  },
});
