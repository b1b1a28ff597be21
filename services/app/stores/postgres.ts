import connectPgSimple from "connect-pg-simple";
import session from "express-session";
import { openExpressSessionStore } from "../express-session-store.ts";
import { openPostgres } from "../postgres-connection.ts";
import { defineStore } from "../store.ts";

/**
 * How often rows whose time is over are swept out. A quarter of an hour if one says nothing; here nobody wants to wait so long for
 * seeing it. Without it they stay for ever: PostgreSQL knows no end of a row.
 */
const SWEEP_SECONDS = 2;

/** The table comes from compose/postgres-init.sql: `createTableIfMissing` reads a file that a bundle does not have. */
export default defineStore({
  title: "PostgreSQL",
  what: "A session lives in a row of a PostgreSQL table that all app servers share; the server has every change in its write-ahead log before it answers.",
  livesIn: "server",
  server: "postgres",
  kind: "postgres",
  persistence: "write-ahead-log",
  profile: "postgres",
  open: async (context) => {
    const { pool, useAll, reasonOf, close } = openPostgres(context);
    const PgStore = connectPgSimple(session);
    // The state of the connection is told elsewhere.
    const store = new PgStore({ pool, pruneSessionInterval: SWEEP_SECONDS, errorLog: () => {} });
    return openExpressSessionStore({
      store,
      cookie: context.cookie,
      /** Those whose time is over included, until they are swept out. */
      async countSessions() {
        const { rows } = await pool.query("SELECT count(*)::int AS sessions FROM session");
        await useAll();
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
