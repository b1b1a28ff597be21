/** Something that speaks as much RESP2 as ioredis needs to connect, and misbehaves on demand. */
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";

export async function startFakeRedis() {
  const sockets = new Set<Socket>();
  const fake = {
    url: "",
    /** Reported by INFO. */
    loading: false,
    /** What it asks of every connection before anything else; empty: nothing. */
    password: "",
    /** These commands get no answer, nor does what comes after them on the same connection: Redis answers in order. */
    silent: [] as string[],
    /** Every command that came in, such as `SET sess:abc ...`. */
    commands: [] as string[],
    data: new Map<string, string>(),
    dropConnections() {
      for (const socket of sockets) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      server.close();
      fake.dropConnections();
      await once(server, "close");
    },
  };
  const answer = ([command = "", key = "", value = ""]: string[]): string => {
    switch (command.toUpperCase()) {
      case "INFO":
        return bulk(`loading:${fake.loading ? 1 : 0}\r\nloading_eta_seconds:1\r\n`);
      case "GET":
        return bulk(fake.data.get(key));
      case "SET":
        fake.data.set(key, value);
        return "+OK\r\n";
      case "DEL":
        return `:${fake.data.delete(key) ? 1 : 0}\r\n`;
      case "PING":
        return "+PONG\r\n";
      case "CLIENT":
        return "+OK\r\n";
      default:
        return `-ERR unknown command '${command}'\r\n`;
    }
  };
  const refusal = "-NOAUTH Authentication required.\r\n";
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    // A frozen Redis, or one behind a partition, does not even notice that the other side hangs up.
    socket.on("end", () => fake.silent.length > 0 || socket.end());
    let isStuck = false;
    let isKnown = false;
    socket.on("data", (chunk) => {
      for (const words of parse(chunk.toString())) {
        fake.commands.push(words.join(" "));
        isStuck ||= fake.silent.includes(words[0]?.toUpperCase() ?? "");
        if (isStuck) continue;
        const [command, password] = words;
        if (command?.toUpperCase() === "AUTH") {
          isKnown = password === fake.password;
          socket.write(isKnown ? "+OK\r\n" : "-WRONGPASS invalid username-password pair or user is disabled.\r\n");
        } else {
          socket.write(fake.password === "" || isKnown || command?.toUpperCase() === "HELLO" ? answer(words) : refusal);
        }
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  fake.url = `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return fake;
}

/** Whole commands only: what tests send fits into one packet. */
function parse(text: string): string[][] {
  return text
    .split(/^\*\d+\r\n/m)
    .slice(1)
    .map((command) => command.split("\r\n").filter((_, index) => index % 2 === 1));
}

function bulk(text: string | undefined): string {
  return text === undefined ? "$-1\r\n" : `$${Buffer.byteLength(text)}\r\n${text}\r\n`;
}
