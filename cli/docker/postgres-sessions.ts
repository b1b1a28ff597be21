import type { Entries, ServiceAddress, SessionServer } from "./session-server.ts";

/** The table of compose/postgres-init.sql: a row is a session, and no session any more when `expire` is over. */
const listing = (atMost: number) => `
SELECT json_build_object(
  'total', (SELECT count(*) FROM session WHERE expire > now()),
  'entries', (SELECT coalesce(json_agg(one), '[]') FROM (
    SELECT sid AS key, 'row' AS type, round(extract(epoch FROM expire - now()) * 1000) AS "ttlMs"
    FROM session WHERE expire > now() ORDER BY sid LIMIT ${atMost}) one))`;

export const postgresServer: SessionServer = {
  prefix: "postgres",

  async list(at, { atMost }) {
    const said = await psql(at, [listing(atMost)]);
    return said.startsWith("{") ? (JSON.parse(said) as Entries) : undefined;
  },

  async empty(at) {
    return (await psql(at, ["TRUNCATE session", "SELECT count(*) FROM session"])) === "0";
  },
};

/** The bare values that it printed; nothing when the container cannot run it or the database refuses. */
async function psql({ engine, lab, service }: ServiceAddress, statements: string[]): Promise<string> {
  const connection = ["-h", "127.0.0.1", "-U", "lab", "-d", "lab"];
  const command = ["psql", ...connection, "-Atq", "-v", "ON_ERROR_STOP=1", ...statements.flatMap((one) => ["-c", one])];
  return (await engine.exec(lab, service, command).catch(() => "")).trim();
}
