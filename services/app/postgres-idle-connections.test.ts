import { Pool } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { watchIdleConnections } from "./postgres-idle-connections.ts";
import { startFakePostgres } from "./testing/fake-postgres.ts";

let fake: Awaited<ReturnType<typeof startFakePostgres>>;
let pool: Pool;
beforeEach(async () => {
  fake = await startFakePostgres();
  pool = new Pool({ host: "127.0.0.1", port: fake.port, user: "lab", password: "", database: "lab", max: 3 });
  pool.on("error", () => {});
});
afterEach(async () => {
  await pool.end();
  await fake[Symbol.asyncDispose]();
});

test("a database that dies while it is asked is an answer, and does not take the app server with it", async () => {
  fake.mortal = 3;
  const idle = watchIdleConnections(pool, { onDead: () => {} });
  await expect(idle.useAll()).rejects.toThrow("Connection terminated unexpectedly");
  idle.stop();
  expect(pool.totalCount).toBe(0);
});

test("a dead connection that is being asked already is met by whoever uses all", async () => {
  fake.mortal = 1;
  const idle = watchIdleConnections(pool, { onDead: () => {} });
  for (const client of await Promise.all([pool.connect(), pool.connect(), pool.connect()])) client.release();
  void idle.ask();
  await expect(idle.useAll()).rejects.toThrow("Connection terminated unexpectedly");
  await idle.useAll();
  idle.stop();
});
