import { expect, test } from "vitest";
import { openPostgres } from "./postgres-connection.ts";
import { startFakePostgres } from "./testing/fake-postgres.ts";
import { waitUntil } from "./testing/wait-until.ts";

test("a database of which one connection has died is reachable by the others, and is said to be", async () => {
  await using fake = await startFakePostgres();
  const lines: string[] = [];
  const { pool, reasonOf, close } = openPostgres({
    store: "postgres",
    appServer: "app1",
    cookie: { name: "sid", secret: "s" },
    env: { POSTGRES_URL: `postgres://lab@127.0.0.1:${fake.port}/lab` },
    patience: 20,
    log: (line) => lines.push(line),
  });
  fake.mortal = 1;
  const clients = await Promise.all([pool.connect(), pool.connect()]);
  for (const client of clients) client.release();
  const ask = () => pool.query("SELECT 1").catch(reasonOf);
  await Promise.all([ask(), ask()]);
  await waitUntil("the last word to be a good one", () => lines.at(-1)?.endsWith("is reachable"));
  const from = `store postgres: 127.0.0.1:${fake.port}`;
  expect(lines).toEqual([
    `${from} is reachable`,
    `${from} is unreachable: Connection terminated unexpectedly`,
    `${from} is reachable`,
  ]);
  await close();
});
