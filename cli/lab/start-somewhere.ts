import { createServer } from "node:net";
import getPort, { portNumbers } from "get-port";
import { localEndpoint } from "../docker/endpoint.ts";
import { LabError } from "../errors.ts";
import type { Guard } from "../record/guard-lab.ts";
import { type ComposeVariables, composeDown, composeUp } from "./compose.ts";
import { freeSubnetPrefix } from "./free-subnet.ts";
import { defaultPort, type Lab, projectOf } from "./identity/lab.ts";
import type { LabEngine } from "./lab-engine.ts";
import { allOf, removeAll } from "./remove-lab.ts";

/** Ports that are tried when 8080 is taken. */
const lastPort = defaultPort + 200;
/** So many others may come between at the same time before something else must be wrong. */
const mostAttempts = 8;

export interface Somewhere {
  name: string;
  /** Strict when given; otherwise the first free one from 8080 on. */
  port?: number;
  profiles: readonly string[];
  /** What compose.yaml leaves open, besides port and subnet. */
  variables: ComposeVariables;
  guard: Guard;
  engine: LabEngine;
  signal: AbortSignal;
  /** Told which port and subnet were chosen. */
  say: (text: string) => void;
}

/**
 * Chooses a free port and a free subnet and has Compose start the lab there. Between the choice and the start somebody else may
 * take them; then the next ones are chosen.
 *
 * @throws LabError (`port-taken`, `subnet-clash`, ...)
 */
export async function startSomewhere(wish: Somewhere): Promise<Lab> {
  const { name, port, profiles, variables, guard, engine, signal, say } = wish;
  const taken = { ports: new Set<number>(), prefixes: new Set<string>() };
  for (let attempt = 1; ; attempt++) {
    const lab: Lab = {
      name,
      id: guard.id,
      project: projectOf(name),
      port:
        port === undefined ? await anyFreePort([...taken.ports, ...(await portsOfLabs(engine))]) : await thisPort(port),
      subnetPrefix: freeSubnetPrefix([...(await engine.subnets()), ...subnetsOf(taken.prefixes)]),
      profiles,
    };
    if (port === undefined && lab.port !== defaultPort) say(`port ${defaultPort} is taken, using ${lab.port}`);
    say(`starting the lab "${name}" on 127.0.0.1:${lab.port}, subnet ${lab.subnetPrefix}.0/24`);
    guard.note({ type: "starting", port: lab.port, subnetPrefix: lab.subnetPrefix });
    try {
      const place = { LAB_PORT: String(lab.port), LAB_SUBNET_PREFIX: lab.subnetPrefix };
      await composeUp(lab, { ...variables, ...place }, { signal, guard });
      await requireHere(lab, { ...variables, ...place }, engine);
      return lab;
    } catch (error) {
      const id = error instanceof LabError ? error.id : "";
      if (id === "port-taken" && port === undefined) taken.ports.add(lab.port);
      else if (id === "subnet-taken") taken.prefixes.add(lab.subnetPrefix);
      else throw error;
      if (attempt === mostAttempts) throw error;
      say((error as LabError).message);
      await removeAll(allOf(lab), engine);
    }
  }
}

/** A `docker` command may go its own ways: one that is an alias for another machine's, for instance. @throws LabError (`other-engine`) */
async function requireHere(lab: Lab, variables: ComposeVariables, engine: LabEngine): Promise<void> {
  if ((await engine.labs()).some(({ id }) => id === lab.id)) return;
  const isGone = await composeDown(lab, variables);
  const what = isGone ? "and has removed it again" : "and did not remove it again";
  throw new LabError(
    `Compose has started the lab on another engine than the one at ${localEndpoint().address}, ${what}.`,
    {
      id: "other-engine",
      todo: `See which command \`docker\` is (\`type docker\`); \`docker compose -p ${lab.project} down --volumes\` removes the lab where that has put it.`,
      exit: "environment",
    },
  );
}

function subnetsOf(prefixes: Iterable<string>): string[] {
  return [...prefixes].map((prefix) => `${prefix}.0/24`);
}

/** Of those, too, whose balancer is stopped or cut off: they want their port back. */
async function portsOfLabs(engine: LabEngine): Promise<number[]> {
  return (await engine.labs()).map(({ port }) => port);
}

async function anyFreePort(taken: Iterable<number>): Promise<number> {
  return getPort({ port: portNumbers(defaultPort, lastPort), host: "127.0.0.1", exclude: taken });
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
