import { join } from "node:path";
import { Pool } from "pg";
import type { StoreServerKind, StoreServerProbe } from "../store-server-kind.ts";

const INIT_SQL = join(import.meta.dirname, "../../../../compose/postgres-init.sql");

/** As compose.yaml has it. */
export default {
  images: [process.env.LAB_POSTGRES_IMAGE, "session-lab/postgres:debian", "postgres:18-alpine"],
  port: 5432,
  options: [
    ...["--env", "POSTGRES_USER=lab", "--env", "POSTGRES_DB=lab", "--env", "POSTGRES_PASSWORD=of-the-tests"],
    ...["--env", "POSTGRES_INITDB_ARGS=--no-sync", "--user", "70:70", "--stop-signal", "SIGINT"],
    ...["--volume", `${INIT_SQL}:/docker-entrypoint-initdb.d/postgres-init.sql:ro`],
    ...["--tmpfs", "/var/run/postgresql:mode=0775,uid=70,gid=70", "--entrypoint", "docker-entrypoint.sh"],
  ],
  // Housekeeping writes, too, and `countWrites` could not tell.
  command: () => ["postgres", "-c", "autovacuum=off"],
  open: openPostgresProbe,
  urlAt: (address) => `postgres://lab@${address}/lab`,
  connections: { count: 10, madeBeforeUse: false },
} satisfies StoreServerKind;

function openPostgresProbe(port: number): StoreServerProbe {
  const url = `postgres://lab:of-the-tests@127.0.0.1:${port}/lab`;
  const pool = new Pool({ connectionString: url, connectionTimeoutMillis: 500, query_timeout: 2_000 });
  pool.on("error", () => {});
  return {
    url,
    isReady: async () => (await pool.query("SELECT 1")).rowCount === 1,
    // The write-ahead log comes before the answer (synchronous_commit).
    isWritten: async () => true,
    async entries() {
      const endsInMs = "round(extract(epoch FROM expire - now()) * 1000)::int";
      const { rows } = await pool.query(`SELECT sid AS key, ${endsInMs} AS "endsInMs" FROM session ORDER BY sid`);
      return rows;
    },
    addSomethingElse: async () => void (await pool.query("CREATE TABLE something_else AS SELECT 1")),
    endInAMinute: async (key) =>
      void (await pool.query("UPDATE session SET expire = now() + interval '1 minute' WHERE sid = $1", [key])),
    // Only a transaction that writes gets a number (https://www.postgresql.org/docs/18/functions-info.html#FUNCTIONS-PG-SNAPSHOT).
    async countWrites() {
      const { rows } = await pool.query("SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next");
      return Number(rows[0].next);
    },
    empty: async () => void (await pool.query("TRUNCATE session; DROP TABLE IF EXISTS something_else")),
    close: () => pool.end(),
  };
}
