import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import getPort, { portNumbers } from "get-port";
import { LabError } from "../errors.ts";
import { type Architecture, selectArchitectures } from "../lab/architectures.ts";
import { appServers, defaultName, defaultPort, directHost, type Lab, projectOf } from "../lab/topology.ts";
import { openTransport, type Transport } from "../users/transport.ts";
import { waitUntil } from "../wait.ts";
import { composeDown, composeUp, composeVersion } from "./compose.ts";
import type { Engine, Resource } from "./engine.ts";
import { freeSubnetPrefix } from "./free-subnet.ts";
import { imageEnvironment, resolveImages } from "./images.ts";

/** Ports that are tried when 8080 is taken. */
const lastPort = defaultPort + 200;
/** A lab that does not answer by then has a problem that waiting does not solve. */
const readyDeadlineMs = 60_000;

export interface StartOptions {
  name: string;
  /** Strict when given; otherwise the first free one from 8080 on. */
  port?: number;
  /** Optional servers to start, by Compose profile. */
  profiles?: readonly string[];
  engine: Engine;
  signal: AbortSignal;
  /** Told what is going on, and which port and subnet were chosen. */
  say: (text: string) => void;
}

/**
 * Starts a lab and waits until every architecture answers a real request. When it fails or is interrupted, what it had started
 * is removed again.
 *
 * @throws LabError (`engine-down`, `compose-missing`, `image-missing`, `port-taken`, `subnet-clash`, `not-ready`, ...)
 */
export async function startLab({ name, port, profiles = [], engine, signal, say }: StartOptions): Promise<Lab> {
  await engine.version();
  const [, images, subnets, freePort] = await Promise.all([
    composeVersion(),
    resolveImages(),
    engine.subnets(),
    port === undefined ? anyFreePort() : thisPort(port),
  ]);
  const subnetPrefix = freeSubnetPrefix(subnets);
  const lab: Lab = { name, project: projectOf(name), port: freePort, subnetPrefix, profiles };
  if (port === undefined && freePort !== defaultPort) say(`port ${defaultPort} is taken, using ${freePort}`);
  say(`starting the lab "${name}" on 127.0.0.1:${lab.port}, subnet ${lab.subnetPrefix}.0/24`);
  try {
    await composeUp(
      lab,
      {
        ...imageEnvironment(images),
        LAB_NAME: name,
        LAB_PORT: String(lab.port),
        LAB_SUBNET_PREFIX: lab.subnetPrefix,
        LAB_SESSION_SECRET: randomBytes(32).toString("base64url"),
        COMPOSE_PROFILES: profiles.join(","),
      },
      signal,
    );
    say("waiting until every architecture answers");
    await becomeReady(lab, selectArchitectures({ profiles }), engine, signal);
    return lab;
  } catch (error) {
    await removeLab(lab, engine);
    throw error;
  }
}

/** The lab of this name, if its balancer exists on this engine. */
export async function findLab(name: string, engine: Engine): Promise<Lab | undefined> {
  return (await engine.labs()).find((lab) => lab.name === name);
}

/** Brings back to life whatever of a lab is stopped, paused or cut off, and waits until all of it answers. */
export async function reviveLab(lab: Lab, engine: Engine, signal: AbortSignal): Promise<void> {
  for (const { service, running, paused, attached } of await engine.states(lab)) {
    if (paused) await engine.unpause(lab, service);
    if (!attached) await engine.connect(lab, service);
    if (!running) await engine.start(lab, service);
  }
  await becomeReady(lab, selectArchitectures(lab), engine, signal);
}

/** Removes all of a lab, in whatever shape it is. @returns what is still there afterwards: nothing, if all went well */
export async function removeLab({ name, project }: Pick<Lab, "name" | "project">, engine: Engine): Promise<Resource[]> {
  await composeDown({ project });
  const left = await engine.resources(name);
  if (left.length === 0) return [];
  await engine.removeResources(name);
  return engine.resources(name);
}

/**
 * First each app server by its own door, then each architecture: a policy that is asked while a server is not up yet takes that
 * server out for its whole failure window.
 *
 * @throws LabError (`not-ready`) naming who does not answer, and what it says instead
 */
async function becomeReady(
  lab: Lab,
  architectures: readonly Architecture[],
  engine: Engine,
  signal: AbortSignal,
): Promise<void> {
  const stores = [...new Set(architectures.map(({ store }) => store.id))];
  const doors = appServers.flatMap((appServer) => stores.map((store) => directHost({ appServer, store })));
  const transport = openTransport({ port: lab.port, connections: 8 });
  try {
    for (const hosts of [doors, architectures.map(({ host }) => host)])
      await allAnswer(hosts, { lab, engine, transport, signal });
  } finally {
    await transport.close();
  }
}

interface Waiting {
  lab: Lab;
  engine: Engine;
  transport: Transport;
  signal: AbortSignal;
}

async function allAnswer(hosts: readonly string[], { lab, engine, transport, signal }: Waiting): Promise<void> {
  let rest = [...hosts];
  const ask = async (host: string) => {
    const reply = await transport.send({ host, method: "GET", path: "/whoami", headers: {}, connection: "fresh" });
    const ok = reply.answered && reply.status === 200;
    return ok ? undefined : `${host}: ${reply.answered ? `status ${reply.status}` : reply.reason}`;
  };
  const { ok, seen, waitedMs } = await waitUntil({
    look: async () => {
      const problems = await Promise.all(rest.map(ask));
      rest = rest.filter((_, index) => problems[index] !== undefined);
      const problem = problems.find((found) => found !== undefined);
      if (problem !== undefined) await nobodyGaveUp(lab, engine);
      return problem;
    },
    until: (problem) => problem === undefined,
    deadlineMs: readyDeadlineMs,
    signal,
  });
  if (ok) return;
  signal.throwIfAborted();
  throw new LabError(`The lab did not become ready within ${Math.round(waitedMs / 1_000)} s; ${seen}.`, {
    id: "not-ready",
    todo: seeTheLogs(lab),
    exit: "environment",
  });
}

/** A service that ended will not answer, however long one waits. @throws LabError (`service-ended`) with its last words */
async function nobodyGaveUp(lab: Lab, engine: Engine): Promise<void> {
  const ended = (await engine.states(lab)).find(({ running, exitCode }) => !running && exitCode !== 0);
  if (!ended) return;
  const lastWords = (await engine.errorLog(lab, ended.service)).trim().split("\n").at(-1);
  throw new LabError(
    `The service ${ended.service} ended with exit code ${ended.exitCode}: ${lastWords || "it said nothing"}`,
    {
      id: "service-ended",
      todo: seeTheLogs(lab),
      exit: "environment",
    },
  );
}

function seeTheLogs({ name }: Lab): string {
  const suffix = name === defaultName ? "" : ` --name ${name}`;
  return `Mend that, then run \`lab up${suffix}\` again; \`docker compose -f compose/compose.yaml up\` shows all that the services say.`;
}

async function anyFreePort(): Promise<number> {
  return getPort({ port: portNumbers(defaultPort, lastPort), host: "127.0.0.1" });
}

/** @throws LabError (`port-taken`) */
async function thisPort(port: number): Promise<number> {
  const server = createServer();
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject).listen({ port, host: "127.0.0.1" }, resolve);
    });
    return port;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw new LabError(
      code === "EACCES" ? `Port ${port} needs more rights than you have.` : `Port ${port} on 127.0.0.1 is taken.`,
      {
        id: "port-taken",
        todo: `Choose another with --port, or leave --port away to get a free one. \`ss -ltnp sport = :${port}\` shows who has it.`,
        exit: "environment",
        cause: error,
      },
    );
  } finally {
    server.close();
  }
}
