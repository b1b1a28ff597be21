import Docker from "dockerode";
import { LabError } from "../errors.ts";

/**
 * The door to the Docker API: the only maker of dockerode's clients.
 *
 * Whatever is asked of an engine that is not there, dies meanwhile or says nothing: @throws LabError (`engine-down`,
 * `engine-forbidden`, `engine-failed`, `engine-silent`)
 *
 * @param timeoutMs silence for which an answer is waited; for ever where it is left out, as for images, which may take their time
 */
export function openDocker({ timeoutMs }: { timeoutMs?: number } = {}): Docker {
  const docker = new Docker(timeoutMs === undefined ? {} : { timeout: timeoutMs });
  const { modem } = docker;
  const dial = modem.dial.bind(modem);
  modem.dial = (options, callback) => {
    const askedAt = performance.now();
    dial(options, (error, data) => {
      const isSilent = timeoutMs !== undefined && performance.now() - askedAt >= timeoutMs;
      callback?.(error && (isSilent ? silent(timeoutMs, error) : explain(error)), data);
    });
  };
  return docker;
}

function silent(timeoutMs: number, cause: Error): LabError {
  return new LabError(`The Docker engine has said nothing for ${timeoutMs / 1_000} s.`, {
    id: "engine-silent",
    todo: "It hangs: restart Docker (e.g. `sudo systemctl restart docker`); then `lab down` removes what is left.",
    exit: "environment",
    cause,
  });
}

/** What `openDocker` throws when there is no engine to answer. */
const noEngine = ["engine-down", "engine-forbidden", "engine-silent"];

/**
 * What a container printed that cannot run the command: nothing. To be used as `.catch(nothing)`.
 *
 * @throws LabError of an engine that is not there, which says nothing of the container
 */
export function nothing(error: unknown): string {
  if (error instanceof LabError && noEngine.includes(error.id)) throw error;
  return "";
}

/** What an error of the API means, where that can be told. */
export function explain(error: Error): Error {
  const { code = "", statusCode = 0 } = error as NodeJS.ErrnoException & { statusCode?: number };
  const address = (error as { address?: string }).address ?? process.env.DOCKER_HOST ?? "/var/run/docker.sock";
  // E.g. while it is being shut down.
  if (statusCode >= 500)
    return new LabError(`The Docker engine failed: ${error.message.trim()}.`, {
      id: "engine-failed",
      todo: "Run the command again; if it stays so, restart Docker.",
      exit: "environment",
      cause: error,
    });
  // ECONNRESET, EPIPE: it died with the question in its hands.
  if (["ENOENT", "ECONNREFUSED", "ECONNRESET", "EPIPE"].includes(code))
    return new LabError(`No Docker engine answers at ${address}.`, {
      id: "engine-down",
      todo: "Start Docker, or run `./scripts/setup.sh`, which installs and starts it where needed.",
      exit: "environment",
      cause: error,
    });
  if (code === "EACCES" || code === "EPERM")
    return new LabError(`You may not use the Docker engine at ${address} (permission denied on the socket).`, {
      id: "engine-forbidden",
      todo: "Add yourself to the group that owns the socket (`sudo usermod -aG docker $USER`, then log in again).",
      exit: "environment",
      cause: error,
    });
  return error;
}
