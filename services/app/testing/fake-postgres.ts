/**
 * Something that speaks as much of PostgreSQL's protocol as its client needs to connect, and lets everybody in
 * (https://www.postgresql.org/docs/18/protocol-message-formats.html).
 */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

const authenticationOk = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 0]);
const emptyQueryResponse = Buffer.from([0x49, 0, 0, 0, 4]);
const readyForQuery = Buffer.from([0x5a, 0, 0, 0, 5, 0x49]);

export async function startFakePostgres() {
  const sockets = new Set<Socket>();
  const fake = {
    port: 0,
    /** So many of the next connections are gone when they are asked something; the others answer. */
    mortal: 0,
    async [Symbol.asyncDispose]() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    const isMortal = fake.mortal > 0;
    if (isMortal) fake.mortal -= 1;
    socket.on("error", () => {});
    socket.once("data", () => {
      socket.write(Buffer.concat([authenticationOk, readyForQuery]));
      socket.on("data", () => {
        if (isMortal) socket.destroy();
        else socket.write(Buffer.concat([emptyQueryResponse, readyForQuery]));
      });
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  fake.port = (server.address() as AddressInfo).port;
  return fake;
}
