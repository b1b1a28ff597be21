import { Writable } from "node:stream";
import type Docker from "dockerode";
import type { ContainerInspectInfo } from "dockerode";
import type { Container, ContainerState } from "../subject/deployment.ts";
import { explain } from "./docker-api.ts";
import type { Leave } from "./leave-in-turn.ts";

/** The names under which others know a container. */
export interface ContainerNames {
  service: string;
  /** Docker's name of the network that it belongs on. */
  network: string;
}

/**
 * A handle on one container of an engine.
 *
 * @param leave whatever takes it off its network goes through this
 */
export function openContainer(docker: Docker, id: string, names: ContainerNames, leave: Leave): Container {
  const container = docker.getContainer(id);
  const run = async (options: Docker.ExecCreateOptions) => {
    const started = await container.exec(options);
    return { started, stream: await started.start({}) };
  };
  return {
    id,
    state: async () => stateOf(await container.inspect(), names),
    kill: async () => void (await leave(() => container.kill({ signal: "SIGKILL" }))),
    stop: async ({ graceSeconds = 5 } = {}) =>
      void (await leave(() => container.stop({ t: graceSeconds }).catch(unlessAlreadySo))),
    pause: async () => void (await container.pause()),
    unpause: async () => void (await container.unpause()),
    async exec(command) {
      const { stream } = await run({ Cmd: [...command], AttachStdout: true, AttachStderr: true });
      const output: string[] = [];
      docker.modem.demuxStream(stream, collector(output), collector([]));
      await ended(stream);
      return output.join("");
    },
    async isWell() {
      const { Config, State } = await container.inspect();
      if (!State.Running || State.Paused) return false;
      const [kind, ...words] = Config.Healthcheck?.Test ?? [];
      const Cmd = kind === "CMD-SHELL" ? ["sh", "-c", ...words] : words;
      const { started, stream } = await run({ Cmd, AttachStdout: true });
      await ended(stream.resume());
      return (await started.inspect()).ExitCode === 0;
    },
    async log({ from, sinceMs = 0 }) {
      const options = { stdout: from === "stdout", stderr: from === "stderr", since: sinceMs / 1000 };
      return demultiplex((await container.logs({ ...options, follow: false })) as unknown as Buffer);
    },
  };
}

/** What the engine says of a container. */
export function stateOf(info: ContainerInspectInfo, { service, network }: ContainerNames): ContainerState {
  const { State } = info;
  return {
    service,
    id: info.Id,
    running: State.Running,
    paused: State.Paused,
    exitCode: State.ExitCode,
    startedAt: State.StartedAt,
    finishedAt: State.FinishedAt,
    command: [info.Path, ...info.Args],
    attached: Object.hasOwn(info.NetworkSettings.Networks, network),
    health: State.Health?.Status ?? "unknown",
  };
}

/** Docker answers 304 when a container is already started or stopped. */
export function unlessAlreadySo(error: unknown): void {
  if ((error as { statusCode?: number }).statusCode !== 304) throw error;
}

/** Docker's multiplexed log format: an 8-byte header (stream, 0, 0, 0, big-endian length) before each chunk. */
function demultiplex(log: Buffer): string {
  const chunks: Buffer[] = [];
  for (let offset = 0; offset + 8 <= log.length; ) {
    const length = log.readUInt32BE(offset + 4);
    chunks.push(log.subarray(offset + 8, offset + 8 + length));
    offset += 8 + length;
  }
  return Buffer.concat(chunks).toString("utf8");
}

function collector(chunks: string[]): NodeJS.WritableStream {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk.toString("utf8"));
      done();
    },
  });
}

async function ended(stream: NodeJS.ReadableStream): Promise<void> {
  await new Promise((resolve, reject) => stream.on("end", resolve).on("error", (error) => reject(explain(error))));
}
