import connectPgSimple from "connect-pg-simple";
import session from "express-session";
import { openExpressSessionStore } from "../express-session-store.ts";
import { openPostgres } from "../postgres-connection.ts";
import { defineStore } from "../store.ts";

/** The table comes from compose/postgres-init.sql: `createTableIfMissing` reads a file that a bundle does not have. */
export default defineStore({
  title: "PostgreSQL",
  what: "A session lives in a row of a PostgreSQL table that all app servers share; the server has every change in its write-ahead log before it answers.",
  livesIn: "server",
  server: "postgres",
  persistence: "write-ahead-log",
  profile: "postgres",
  open: async (context) => {
    const { pool, reasonOf, close } = openPostgres(context);
    const PgStore = connectPgSimple(session);
    // It sweeps out expired rows every quarter of an hour; the state of the connection is told elsewhere.
    const store = new PgStore({ pool, errorLog: () => {} });
    return openExpressSessionStore({
      store,
      cookie: context.cookie,
      async countSessions() {
        const { rows } = await pool.query("SELECT count(*)::int AS sessions FROM session WHERE expire > now()");
        return Number(rows[0].sessions);
      },
      reasonOf,
      async close() {
        store.close();
        await close();
      },
    });
  },
});
