import { nothing } from "../../docker/docker-api.ts";
import type { DatabaseHealth } from "../../report/lab-status.ts";
import { execIn, type ServiceAddress } from "../../subject/deployment.ts";
import type { Entries, SessionServer } from "../session-server.ts";

/** The table of compose/postgres-init.sql: a row is a session, and no session any more when `expire` is over. */
const listing = (atMost: number) => `
SELECT json_build_object(
  'total', (SELECT count(*) FROM session WHERE expire > now()),
  'entries', (SELECT coalesce(json_agg(one), '[]') FROM (
    SELECT sid AS key, 'row' AS type, round(extract(epoch FROM expire - now()) * 1000) AS "ttlMs"
    FROM session WHERE expire > now() ORDER BY sid LIMIT ${atMost}) one))`;

export const postgresServer: SessionServer = {
  async kept(at) {
    const said = await psql(at, ["SELECT count(*) FROM session"]);
    return /^\d+$/.test(said) ? { entries: Number(said), evicted: 0 } : undefined;
  },

  async list(at, { atMost }) {
    const said = await psql(at, [listing(atMost)]);
    return said.startsWith("{") ? (JSON.parse(said) as Entries) : undefined;
  },

  /** A digest of when it was started: people are shown the first digits only, and two times begin alike. */
  async lifeOf(at) {
    const started = await psql(at, ["SELECT md5(pg_postmaster_start_time()::text)"]);
    return /^[0-9a-f]{32}$/.test(started) ? started : undefined;
  },

  async health(at) {
    const said = await psql(at, [health]);
    const { service } = at;
    if (!said.startsWith("{")) return { service, answers: false };
    return { service, answers: true, ...(JSON.parse(said) as Omit<DatabaseHealth, "service" | "answers">) };
  },

  async empty(at) {
    return (await psql(at, ["TRUNCATE session", "SELECT count(*) FROM session"])) === "0";
  },
};

const health = `
SELECT json_build_object(
  'sessions', (SELECT count(*) FROM session WHERE expire > now()),
  'version', current_setting('server_version'),
  'sizeBytes', pg_database_size(current_database()),
  'connections', (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()),
  'startedAt', round(extract(epoch FROM pg_postmaster_start_time())))`;

/** The bare values that it printed; nothing when the container cannot run it or the database refuses. */
async function psql(at: ServiceAddress, statements: string[]): Promise<string> {
  const connection = ["-h", "127.0.0.1", "-U", "lab", "-d", "lab"];
  const command = ["psql", ...connection, "-Atq", "-v", "ON_ERROR_STOP=1", ...statements.flatMap((one) => ["-c", one])];
  return (await execIn(at, command).catch(nothing)).trim();
}
