import { createServer, type Server } from "node:net";
import { Pool } from "pg";
import { afterEach, beforeEach, expect, test } from "vitest";
import { watchIdleConnections } from "./postgres-idle-connections.ts";

/** Lets everybody in, and is gone when it is asked something (https://www.postgresql.org/docs/18/protocol-message-formats.html). */
let server: Server;
let pool: Pool;
beforeEach(async () => {
  server = createServer((socket) => {
    socket.once("data", () => {
      const authenticationOk = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]);
      const readyForQuery = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);
      socket.write(Buffer.concat([authenticationOk, readyForQuery]));
      socket.once("data", () => socket.destroy());
    });
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  pool = new Pool({ host: "127.0.0.1", port, user: "lab", password: "", database: "lab", max: 3 });
  pool.on("error", () => {});
});
afterEach(async () => {
  await pool.end();
  await new Promise((resolve) => server.close(resolve));
});

test("a database that dies while it is asked is an answer, and does not take the app server with it", async () => {
  const idle = watchIdleConnections(pool, { onDead: () => {} });
  await expect(idle.useAll()).rejects.toThrow("Connection terminated unexpectedly");
  idle.stop();
  expect(pool.totalCount).toBe(0);
});
