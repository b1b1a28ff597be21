/** An address on which connecting meets silence: the server is stopped (SIGSTOP) and its queue of connections is full (listen(2)). */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:net";

const SERVER = `
  const server = require("node:net").createServer();
  server.listen({ port: 0, host: "127.0.0.1", backlog: 1 }, () => console.log(server.address().port));
`;

export async function startSilentAddress() {
  const child = spawn(process.execPath, ["--eval", SERVER], { stdio: ["ignore", "pipe", "inherit"] });
  const [chunk] = await once(child.stdout, "data");
  const port = Number(chunk);
  child.kill("SIGSTOP");
  const queued = [1, 2].map(() => connect(port, "127.0.0.1").on("error", () => {}));
  await Promise.all(queued.map((socket) => once(socket, "connect")));
  return {
    url: `redis://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      for (const socket of queued) socket.destroy();
      child.kill("SIGKILL");
      await once(child, "exit");
    },
  };
}
