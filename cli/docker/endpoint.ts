/**
 * Where the Docker engine is. Found once in a process, as Docker's own client finds it, and the same for all who need it: the API,
 * Compose, the watchdog, the scripts. Docker's files are read here: to ask `docker context inspect` would slow down every command.
 */
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { LabError } from "../errors.ts";

export interface Endpoint {
  /** As Docker writes it, e.g. `unix:///var/run/docker.sock`. */
  address: string;
  /** What says so. */
  from: keyof typeof otherwise;
  /** Name of Docker's context, where one says so. */
  context?: string;
}

/** What an address comes from, and how to get another one. */
const otherwise = {
  DOCKER_HOST: "Unset DOCKER_HOST",
  DOCKER_CONTEXT: "Unset DOCKER_CONTEXT",
  "docker context use": "Say `docker context use default`",
  DOCKER_TLS_VERIFY: "Unset DOCKER_TLS_VERIFY and DOCKER_TLS",
  default: "Start Docker here",
} as const;

/** Where engines listen that nobody told otherwise. */
export const defaultAddress =
  process.platform === "win32" ? "npipe:////./pipe/docker_engine" : "unix:///var/run/docker.sock";
const defaultTlsAddress = "tcp://localhost:2376";
const defaultContext = "default";

/**
 * The engine that Docker's client would use in this environment, wherever that is (`resolveContextName` and `ParseHost` in
 * https://github.com/docker/cli).
 *
 * @throws LabError (`context-missing`, `context-damaged`)
 */
export function resolveEndpoint(env: NodeJS.ProcessEnv): Endpoint {
  if (env.DOCKER_HOST) return { address: addressIn(env.DOCKER_HOST), from: "DOCKER_HOST" };
  const folder = env.DOCKER_CONFIG || join(env.HOME || homedir(), ".docker");
  const context = env.DOCKER_CONTEXT || currentContext(folder);
  const from = env.DOCKER_CONTEXT ? "DOCKER_CONTEXT" : "docker context use";
  if (context !== defaultContext) return { address: addressOfContext({ folder, context, from }), from, context };
  if (env.DOCKER_TLS_VERIFY || env.DOCKER_TLS) return { address: defaultTlsAddress, from: "DOCKER_TLS_VERIFY" };
  return { address: defaultAddress, from: "default" };
}

/** An engine of this machine. */
export interface LocalEndpoint extends Endpoint {
  /** The one spelling of its address: a socket has several where there are links, as from /var/run to /run. */
  spelling: string;
}

const found = new Map<string, LocalEndpoint>();

/**
 * The engine that this process talks to, which is one of this machine. It stays the same, whatever is chosen meanwhile.
 *
 * @throws LabError (`engine-remote`, `context-missing`, `context-damaged`)
 */
export function localEndpoint(env: NodeJS.ProcessEnv = process.env): LocalEndpoint {
  const asked = JSON.stringify(variables.map((name) => env[name]));
  const known = found.get(asked);
  if (known) return known;
  const endpoint = requireLocal(resolveEndpoint(env));
  const local = { ...endpoint, spelling: oneSpelling(endpoint.address) };
  found.set(asked, local);
  return local;
}

/** What decides, and what Docker's client would let change where it goes, or how. */
const variables = [
  "DOCKER_HOST",
  "DOCKER_CONTEXT",
  "DOCKER_TLS",
  "DOCKER_TLS_VERIFY",
  "DOCKER_CERT_PATH",
  "DOCKER_CONFIG",
  "HOME",
] as const;

/** What sends a `docker` command, or another `lab`, to the engine of this process. @throws as `localEndpoint` */
export function clientEnvironment(): Record<string, string | undefined> {
  return {
    DOCKER_HOST: localEndpoint().address,
    DOCKER_CONTEXT: undefined,
    DOCKER_TLS: undefined,
    DOCKER_TLS_VERIFY: undefined,
    DOCKER_CERT_PATH: undefined,
  };
}

/** @returns the path of the socket. @throws as `localEndpoint` */
export function socketPath(): string {
  return pathIn(localEndpoint().address);
}

function oneSpelling(address: string): string {
  if (!address.startsWith("unix://")) return address;
  const path = withoutLinks(pathIn(address));
  return path === withoutLinks(pathIn(defaultAddress)) ? defaultAddress : `unix://${path}`;
}

/** As people read it: no password, and what says so. */
export function describeEndpoint({ address, from, context }: Endpoint): { address: string; source: string } {
  const source = context === undefined ? from : `context "${context}" (${from})`;
  return { address: isLocal(address) ? address : address.replace(/^(\w+:\/\/)?.*@/, "$1***@"), source };
}

function requireLocal(endpoint: Endpoint): Endpoint {
  if (isLocal(endpoint.address)) return endpoint;
  const { address, source } = describeEndpoint(endpoint);
  throw new LabError(`The Docker engine at ${address} is refused: it is no socket of this machine. From: ${source}.`, {
    id: "engine-remote",
    todo: `The lab mounts files of this machine and publishes ports on its 127.0.0.1. ${otherwise[endpoint.from]}, or name a socket here: DOCKER_HOST=${defaultAddress}.`,
    exit: "environment",
  });
}

/** An absolute path: what another one would be relative to differs between those who need it. */
function isLocal(address: string): boolean {
  return /^(unix:\/\/\/|npipe:\/\/\/\/)./.test(address);
}

function pathIn(address: string): string {
  return address.slice(address.indexOf("://") + "://".length);
}

/** As Docker reads DOCKER_HOST: without a scheme it is TCP, without a path the socket where engines listen. */
function addressIn(host: string): string {
  const trimmed = host.trim();
  if (trimmed === "" || trimmed === "unix://") return defaultAddress;
  return trimmed.includes("://") ? trimmed : `tcp://${trimmed}`;
}

/** What `docker context use` has chosen. A file that may not be read is no file, for Docker as well. */
function currentContext(folder: string): string {
  const file = join(folder, "config.json");
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return defaultContext;
  }
  if (text.trim() === "") return defaultContext;
  try {
    const { currentContext = "" } = (JSON.parse(text) ?? {}) as { currentContext?: unknown };
    if (typeof currentContext !== "string") throw new TypeError("currentContext is no text");
    return currentContext || defaultContext;
  } catch (error) {
    throw damaged(`Docker's settings ${file} cannot be read`, "Mend that file", error);
  }
}

interface Wanted {
  folder: string;
  context: string;
  from: Endpoint["from"];
}

function addressOfContext({ folder, context, from }: Wanted): string {
  const file = join(folder, "contexts/meta", createHash("sha256").update(context).digest("hex"), "meta.json");
  try {
    const { docker } = JSON.parse(readFileSync(file, "utf8"))?.Endpoints ?? {};
    const { Host = "" } = docker ?? { Host: undefined };
    if (!docker || typeof Host !== "string") throw new TypeError("it names no engine");
    return Host || defaultAddress;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT")
      throw damaged(`Docker's context "${context}" cannot be read from ${file}`, otherwise[from], error);
    throw new LabError(`Docker's context "${context}" does not exist: there is no ${file}.`, {
      id: "context-missing",
      todo: `\`docker context ls\` shows which do. ${otherwise[from]}, or name a socket: DOCKER_HOST=${defaultAddress}.`,
      exit: "environment",
      cause: error,
    });
  }
}

function damaged(what: string, mend: string, cause: unknown): LabError {
  return new LabError(`${what}: ${(cause as Error).message}`, {
    id: "context-damaged",
    todo: `It says which engine to use. ${mend}, or name a socket: DOCKER_HOST=${defaultAddress}.`,
    exit: "environment",
    cause,
  });
}

/** So many links one after the other go round in a circle. */
const mostLinks = 40;

/** Like `realpath`, which fails where something is missing. */
function withoutLinks(path: string, links = 0): string {
  try {
    return realpathSync(path);
  } catch {}
  const target = targetOf(path);
  if (target !== undefined && links < mostLinks) return withoutLinks(resolve(dirname(path), target), links + 1);
  const folder = dirname(path);
  return folder === path ? path : join(withoutLinks(folder, links), basename(path));
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link);
  } catch {
    return undefined;
  }
}
