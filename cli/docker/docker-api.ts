import Docker from "dockerode";
import { LabError } from "../errors.ts";
import { localEndpoint, socketPath } from "./endpoint.ts";

/** An engine that says nothing for so long will not. Nothing that the lab asks of it takes half of that. */
export const answerDeadlineMs = 60_000;
/** For questions that a healthy engine answers at once, where nobody should wait for one that hangs. */
export const quickAnswerMs = 3_000;

/**
 * The door to the Docker API: the only maker of dockerode's clients. They are told where the engine is: left alone, dockerode looks
 * for one in other places than Docker's client.
 *
 * Whatever is asked of an engine that is not there, dies meanwhile or says nothing: @throws LabError (`engine-down`,
 * `engine-forbidden`, `engine-failed`, `engine-silent`)
 *
 * @throws LabError as `localEndpoint`, e.g. (`engine-remote`)
 * @param timeoutMs silence for which an answer is waited; for ever where it is left out, as for images, which may take their time
 */
export function openDocker({ timeoutMs }: { timeoutMs?: number } = {}): Docker {
  const docker = new Docker({ socketPath: socketPath(), ...(timeoutMs === undefined ? {} : { timeout: timeoutMs }) });
  const { modem } = docker;
  const dial = modem.dial.bind(modem);
  modem.dial = (options, callback) => {
    // dockerode's own `timeout` begins when the connection is there, and an answer that breaks off ends nothing: this ends both.
    // What is read bit by bit afterwards (a log, the output of a command) has `timeout` alone.
    const patience = new AbortController();
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => patience.abort(), timeoutMs);
    dial({ ...options, abortSignal: patience.signal }, (error, data) => {
      clearTimeout(timer);
      const isSilent = timeoutMs !== undefined && patience.signal.aborted;
      callback?.(error && (isSilent ? silent(timeoutMs, error) : explain(error)), data);
    });
  };
  return docker;
}

function silent(timeoutMs: number, cause: Error): LabError {
  return new LabError(`The Docker engine at ${addressOf(cause)} has said nothing for ${timeoutMs / 1_000} s.`, {
    id: "engine-silent",
    todo: "If it stays so, it hangs: restart Docker (e.g. `sudo systemctl restart docker`); then `lab down` removes what is left.",
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
  const address = addressOf(error);
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

function addressOf(error: Error): string {
  return (error as { address?: string }).address ?? localEndpoint().address;
}
