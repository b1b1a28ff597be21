import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openPostgres } from "./postgres-connection.ts";
import { connectionOptions } from "./redis-connection.ts";

const nginxConf = readFileSync(join(import.meta.dirname, "../../nginx/nginx.conf"), "utf8");
const nginxWaitsMs = Number(/^ {4}proxy_read_timeout +(\d+)s;$/m.exec(nginxConf)?.[1]) * 1_000;

test("every wait for a store's server is over before nginx gives up on the app server", async () => {
  const { pool, close } = openPostgres({
    store: "postgres",
    appServer: "app1",
    cookie: { name: "sid", secret: "s" },
    env: {},
    patience: 1,
    log: () => {},
  });
  const { commandTimeout, connectTimeout } = connectionOptions(1);
  const waitsMs = [commandTimeout, connectTimeout, pool.options.query_timeout, pool.options.connectionTimeoutMillis];
  await close();
  expect(Math.max(...waitsMs.map(Number))).toBeLessThan(nginxWaitsMs);
});
