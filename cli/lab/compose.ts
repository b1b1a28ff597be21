import { existsSync } from "node:fs";
import { ExecaError, execa } from "execa";
import { clientEnvironment } from "../docker/endpoint.ts";
import { LabError } from "../errors.ts";
import { composeMark } from "../host/compose-processes.ts";
import { identityOf, nameOfProcess } from "../host/process-identity.ts";
import { appBundle, composeFile } from "../paths.ts";
import type { Guard } from "../record/guard-lab.ts";
import type { Lab } from "./identity/lab.ts";

/** Oldest Compose that knows everything the compose file uses. */
const oldestCompose = [2, 24] as const;

/** What compose.yaml leaves open. */
export interface ComposeVariables {
  [name: `LAB_${string}`]: string;
  /** Comma list, read by Compose itself. */
  COMPOSE_PROFILES?: string;
}

/** An interrupted Compose that is not done by then hangs. */
const finishDeadlineMs = 15_000;

let asked: Promise<string> | undefined;

/** The version of the Compose plugin, e.g. `2.40.3`; asked once. @throws LabError (`compose-missing`, `compose-too-old`) */
export function composeVersion(): Promise<string> {
  asked ??= askVersion();
  return asked;
}

async function askVersion(): Promise<string> {
  const { stdout } = await docker(["compose", "version", "--short"]).catch((error) => {
    throw new LabError("Docker Compose is missing: `docker compose version` does not answer.", {
      id: "compose-missing",
      todo: "Install the Compose plugin, or run `./scripts/setup.sh`, which fetches it where needed.",
      exit: "environment",
      cause: error,
    });
  });
  const version = stdout.trim().replace(/^v/, "");
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < oldestCompose[0] || (major === oldestCompose[0] && minor < oldestCompose[1]))
    throw new LabError(`Docker Compose ${version} is too old; the lab needs ${oldestCompose.join(".")} or newer.`, {
      id: "compose-too-old",
      todo: "Update the Compose plugin, or run `./scripts/setup.sh`.",
      exit: "environment",
    });
  return version;
}

/**
 * Creates and starts the services of a lab; does not wait for their health. Never pulls or builds. It is on record which process Compose
 * is before it begins: whoever cleans up ends that one and no other. Whoever is interrupted meanwhile
 * waits until it is done, a second or two: an engine whose client has gone carries out what it was asked all the same, and it
 * would appear when all else has been removed.
 *
 * @param services only these, beside what runs already
 */
export async function composeUp(
  lab: Lab,
  variables: ComposeVariables,
  { signal, guard, services = [] }: { signal: AbortSignal; guard: Guard; services?: readonly string[] },
): Promise<void> {
  const only = services.length > 0 ? ["--no-recreate", "--no-deps", ...services] : [];
  const up = ["up", "--detach", "--pull", "never", "--no-build", ...only];
  signal.throwIfAborted();
  const { owner } = guard;
  const env = { ...variables, [composeMark]: nameOfProcess(owner), ...clientEnvironment() };
  const run = docker([...composeOf(lab), ...up], { env, isHeld: true });
  try {
    if (run.pid !== undefined) guard.note({ type: "composing", compose: identityOf(run.pid), owner });
  } catch (error) {
    run.stdin?.destroy();
    await run.catch(() => {});
    throw error;
  }
  let patience: NodeJS.Timeout | undefined;
  const lookAtTheClock = () => {
    patience = setTimeout(() => run.kill(), finishDeadlineMs);
  };
  signal.addEventListener("abort", lookAtTheClock);
  try {
    run.stdin?.end("begin\n");
    await run;
  } catch (error) {
    signal.throwIfAborted();
    throw explainUp(error, lab);
  } finally {
    signal.removeEventListener("abort", lookAtTheClock);
    clearTimeout(patience);
  }
  signal.throwIfAborted();
}

/** Takes back what `composeUp` has done, wherever that was. @returns whether Compose says that it has */
export async function composeDown(lab: Lab, variables: ComposeVariables): Promise<boolean> {
  const down = ["down", "--volumes", "--timeout", "0"];
  return docker([...composeOf(lab), ...down], { env: { ...variables, ...clientEnvironment() } }).then(
    () => true,
    () => false,
  );
}

function composeOf({ project }: Lab): string[] {
  return ["compose", "-p", project, "-f", composeFile];
}

/**
 * Passes the services' logs on to this terminal.
 *
 * @returns whether Compose came to their end
 */
export async function composeLogs(
  lab: Lab,
  services: readonly string[],
  { follow = false, tail = "200" } = {},
): Promise<boolean> {
  const options = [...(follow ? ["--follow"] : []), "--tail", tail];
  const { exitCode } = await execa("docker", ["compose", "-p", lab.project, "logs", ...options, ...services], {
    stdio: ["ignore", "inherit", "inherit"],
    reject: false,
    env: clientEnvironment(),
  });
  return exitCode === 0;
}

/** Becomes the program when it is told to, and ends when nobody can tell it any more. */
const held = 'read -r _ && exec "$@" </dev/null';

/**
 * In a session of its own: Ctrl-C in the terminal must reach the lab only, which then ends Compose in good order instead of both
 * acting at once.
 *
 * @param options.isHeld it waits for a line on its stdin before it begins
 */
function docker(
  args: string[],
  { env = {}, isHeld = false }: { env?: Record<string, string | undefined>; isHeld?: boolean } = {},
) {
  const [program, ...words] = isHeld ? ["sh", "-c", held, "sh", "docker", ...args] : ["docker", ...args];
  return execa(program!, words, {
    detached: true,
    cleanup: true,
    stdin: isHeld ? "pipe" : "ignore",
    killSignal: "SIGINT",
    forceKillAfterDelay: 5_000,
    env,
  });
}

function explainUp(error: unknown, { name, port, subnetPrefix }: Lab): unknown {
  const said = error instanceof ExecaError ? String(error.stderr) : String(error);
  const known: [RegExp, string, string, string][] = [
    [
      /port is already allocated|bind.*address already in use/i,
      "port-taken",
      `Port ${port} on 127.0.0.1 was taken in the meantime.`,
      "Run the command again, or choose another with --port.",
    ],
    [
      /pool overlaps|address already in use|invalid pool request/i,
      "subnet-taken",
      `The subnet ${subnetPrefix}.0/24 was taken in the meantime.`,
      "Run the command again; another one is chosen.",
    ],
    [
      /no space left on device/i,
      "disk-full",
      "The engine's disk is full.",
      "Make room, e.g. with `docker system prune`.",
    ],
    [/bind source path does not exist/i, ...(existsSync(appBundle) ? filesElsewhere : notBuilt)],
  ];
  for (const [pattern, id, message, todo] of known)
    if (pattern.test(said)) return new LabError(message, { id, todo, exit: "environment", cause: error });
  return new LabError(`Compose could not start the lab "${name}": ${lastLine(said)}`, {
    id: "compose-failed",
    todo: "Run `lab doctor`; `--debug` shows all that Compose said.",
    exit: "environment",
    cause: error,
  });
}

const notBuilt = [
  "not-built",
  "The app server's bundle dist/app/server.cjs does not exist.",
  "Run `npm run build`.",
] as const;

/** As behind a socket that leads to another machine, or out of a container. */
const filesElsewhere = [
  "files-elsewhere",
  "The engine does not see the files of the lab, though they are here: it runs elsewhere, or is not allowed to.",
  "Run the command where the engine runs, or make the lab's folder visible to it under the same path.",
] as const;

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "";
}
