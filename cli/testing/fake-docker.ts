import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How a `docker` command was called, as far as that decides what it does. */
export interface DockerCall {
  args: string[];
  env: Record<string, string>;
}

interface DockerAnswer {
  exitCode?: number;
  stdout?: string;
  stderr?: string;
}

/** A `docker` command that asks the test what to do. */
export interface FakeDocker extends AsyncDisposable {
  /** For `PATH`: the folder with it, before what there is. */
  path: string;
  /** Every call so far, e.g. `compose version --short`. */
  calls: readonly string[];
}

export async function openFakeDocker(
  answer: (call: DockerCall) => DockerAnswer | Promise<DockerAnswer>,
): Promise<FakeDocker> {
  const folder = mkdtempSync(join(tmpdir(), "fake-docker-"));
  const socket = join(folder, "ask.sock");
  const calls: string[] = [];
  const server = createServer(async (request, response) => {
    const call = JSON.parse(Buffer.concat(await request.toArray()).toString()) as DockerCall;
    calls.push(call.args.join(" "));
    const failed = (error: Error): DockerAnswer => ({ exitCode: 70, stderr: error.stack ?? error.message });
    response.end(JSON.stringify(await Promise.resolve(call).then(answer).catch(failed)));
  });
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  writeFileSync(join(folder, "docker"), programAsking(socket), { mode: 0o755 });
  return {
    path: `${folder}:${process.env.PATH}`,
    calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function programAsking(socket: string): string {
  return `#!${process.execPath}
const question = require("node:http").request({ socketPath: ${JSON.stringify(socket)}, method: "POST" });
question.on("response", async (response) => {
  const { exitCode = 0, stdout = "", stderr = "" } = JSON.parse(Buffer.concat(await response.toArray()).toString());
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  process.exitCode = exitCode;
});
question.end(JSON.stringify({ args: process.argv.slice(2), env: process.env }));
`;
}
