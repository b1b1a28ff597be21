import { lookup } from "node:dns/promises";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { networkInterfaces } from "node:os";
import { quickAnswerMs } from "../docker/docker-api.ts";
import { describeEndpoint, type Endpoint, localEndpoint } from "../docker/endpoint.ts";
import { mayHang } from "../docker/leave-in-turn.ts";
import { LabError } from "../errors.ts";
import { appBundle } from "../paths.ts";
import type { Ownership } from "../record/ownership.ts";
import { harmless } from "../report/text.ts";
import { architectureHost } from "../theory/architectures.ts";
import { composeVersion } from "./compose.ts";
import { lookAtOwner } from "./free-lab.ts";
import { freeSubnetPrefix } from "./free-subnet.ts";
import { defaultPort } from "./identity/lab.ts";
import { describeImages } from "./images/images.ts";
import { describeStranger } from "./is-ours.ts";
import { LabEngine } from "./lab-engine.ts";
import { refuseUnreadableFiles } from "./mounted-files.ts";

/** One thing that was looked at. */
export interface Finding {
  what: string;
  ok: boolean;
  /** What was found. */
  says: string;
  /** What mends it, when it is not well; or what to know, when it is. A line each. */
  todo?: string;
}

interface Examination {
  what: string;
  /** @param engine opened by those who need it: the others can be looked at on a machine without one */
  look(engine: () => LabEngine): Promise<string>;
}

/** In the order in which people read them: what others need comes first. */
const examinations: Examination[] = [
  { what: "Node.js", look: async () => process.version },
  { what: "build", look: async () => builtBundle() },
  {
    what: "Docker engine",
    look: async (engine) =>
      aboutEngine({ version: await engine().version(), endpoint: localEndpoint(), hasNeighbours: hasNeighbours() }),
  },
  { what: "Docker Compose", look: () => composeVersion() },
  { what: "images", look: () => describeImages({ timeoutMs: quickAnswerMs }) },
  { what: "subnet", look: async (engine) => `${freeSubnetPrefix(await engine().subnets())}.0/24 is free` },
  { what: "port", look: () => portState(defaultPort) },
  { what: "*.localhost", look: () => nameResolution() },
  { what: "labs", look: async (engine) => describeLabs(engine()) },
];

/**
 * Looks at everything the lab needs, all at once: an engine that hangs is waited for once, and keeps nothing else from being said.
 * Never throws: what cannot be looked at is a finding too.
 */
export async function examine(): Promise<Finding[]> {
  const engine = () => new LabEngine({ timeoutMs: quickAnswerMs });
  return Promise.all(examinations.map((examination) => findingOf(examination, engine)));
}

async function findingOf({ what, look }: Examination, engine: () => LabEngine): Promise<Finding> {
  try {
    const [says = "", ...todo] = (await look(engine)).split("\n");
    return { what, ok: true, says, ...(todo.length > 0 ? { todo: todo.join("\n") } : {}) };
  } catch (error) {
    const todo = error instanceof LabError ? error.todo : "Run it again with --debug.";
    return { what, ok: false, says: (error as Error).message, todo };
  }
}

/** The first engine that lets nobody else reach what is published on 127.0.0.1 (https://github.com/moby/moby/issues/45610). */
const firstClosedEngine = 28;

interface FoundEngine {
  /** E.g. `20.10.24`. */
  version: string;
  endpoint: Endpoint;
  hasNeighbours: boolean;
}

/** One line, and in a second one what to know of this engine. */
export function aboutEngine({ version, endpoint, hasNeighbours }: FoundEngine): string {
  const { address, source } = describeEndpoint(endpoint);
  const isOpen = Number.parseInt(version, 10) < firstClosedEngine && hasNeighbours;
  const notes = [
    mayHang(version) &&
      "Before 23 an engine may hang when containers leave a network together: the lab takes them off one by one.",
    isOpen &&
      "Before 28 other machines in the same network segment can reach the ports that an engine publishes on 127.0.0.1, those of a lab too, if they take some trouble: where that matters, use a newer engine.",
  ].filter(Boolean);
  const line = `${version} at ${address}${endpoint.from === "default" ? "" : `, by ${source}`}`;
  return notes.length === 0 ? line : `${line}\n${notes.join(" ")}`;
}

/** Whether this machine is in a network, beside those that engines make for containers. */
export function hasNeighbours(found: NodeJS.Dict<{ internal: boolean }[]> = networkInterfaces()): boolean {
  const interfaces = Object.entries(found).filter(([name]) => !/^(docker\d+|br-[0-9a-f]{12}|veth.*)$/.test(name));
  return interfaces.some(([, addresses = []]) => addresses.some(({ internal }) => !internal));
}

function builtBundle(): string {
  refuseUnreadableFiles();
  if (existsSync(appBundle)) return "the app server's bundle is there";
  throw new LabError("The app server's bundle dist/app/server.cjs does not exist.", {
    id: "not-built",
    todo: "npm run build",
    exit: "environment",
  });
}

async function portState(port: number): Promise<string> {
  const server = createServer();
  const isFree = await new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false)).listen({ port, host: "127.0.0.1" }, () => resolve(true));
  });
  server.close();
  return isFree ? `127.0.0.1:${port} is free` : `127.0.0.1:${port} is taken; the lab takes the next free one`;
}

/** Browsers resolve *.localhost by themselves (RFC 6761); curl and others may ask the system. */
async function nameResolution(): Promise<string> {
  const name = architectureHost({ policy: "cookie", store: "redis" });
  const address = await lookup(name).catch(() => undefined);
  if (address) return `${name} is ${address.address}`;
  return `this system does not resolve ${name}; browsers do it by themselves\nWith curl say: curl --resolve '${name}:${defaultPort}:127.0.0.1' http://${name}:${defaultPort}/`;
}

async function describeLabs(engine: LabEngine): Promise<string> {
  const [{ ours, strangers }, labs] = await Promise.all([engine.find(), engine.labs()]);
  const running = new Set(labs.map(({ name }) => name));
  const names = [...new Set(ours.map(({ lab }) => lab))];
  const leftAlone = strangers.map((stranger) => harmless(`left alone: ${describeStranger(stranger)}`));
  // Without a balancer: what is left of a lab that is gone; or one that somebody is starting at this moment.
  const without = names.filter((name) => !running.has(name));
  const owners = new Map<string, Ownership | undefined>();
  for (const name of without) owners.set(name, await lookAtOwner(name, engine));
  const isMyRemains = (name: string) => owners.get(name)?.whose !== "another's" && owners.get(name)?.atWork === "no";
  const remains = without.filter(isMyRemains);
  const needed = without
    .filter((name) => !remains.includes(name))
    .map((name) => `${name} (without a balancer, ${whoHas(owners.get(name))})`);
  if (remains.length > 0) {
    const isMine = remains.every((name) => owners.get(name)?.whose === "mine");
    const down = isMine ? "lab down --all" : remains.map((name) => `lab down --name ${name}`).join("; ");
    throw new LabError(`Remains of labs without a balancer: ${remains.join(", ")}.`, {
      id: "leftovers",
      todo: [down, ...needed.map((text) => `no remains: ${text}`), ...leftAlone].join("\n"),
      exit: "environment",
    });
  }
  const known = [...names.filter((name) => running.has(name)), ...needed];
  return [known.length === 0 ? "none, and nothing left of any" : known.join(", "), ...leftAlone].join("\n");
}

function whoHas(owner: Ownership | undefined): string {
  return owner ? [`of ${owner.who}`, owner.what].filter(Boolean).join(": ") : "gone by now";
}
