import { LabError } from "../errors.ts";
import type { Lab } from "../lab/topology.ts";
import { waitUntil } from "../wait.ts";
import type { ContainerState, Engine } from "./engine.ts";
import { openLabServices } from "./lab-services.ts";
import { restoreRedis } from "./redis-settings.ts";
import type { Service } from "./service.ts";
import { reviveLab } from "./start-lab.ts";
import { changeStanding, readStandings } from "./upstreams.ts";

/** A service that does not answer by then has a problem that waiting does not solve. */
const answerDeadlineMs = 30_000;
/** Never aborted. */
const forever = new AbortController().signal;

/** What is wrong with a service, and what mends it. A service can be ill in two ways. */
export interface Ailment {
  service: string;
  /** What was found, e.g. `not running, exit code 137`. */
  found: string;
  /** What is done about it. */
  cure: "started" | "unfrozen" | "attached again" | "put back in the lists";
}

/** Whatever of these services is dead, frozen or cut off, in the order in which it can be mended. */
export function ailmentsOf(states: readonly ContainerState[]): Ailment[] {
  return states.flatMap(({ service, running, paused, attached, exitCode }): Ailment[] => [
    ...(paused ? [{ service, found: "frozen", cure: "unfrozen" } as const] : []),
    ...(attached ? [] : [{ service, found: "cut off from the network", cure: "attached again" } as const]),
    ...(running ? [] : [{ service, found: `not running, exit code ${exitCode}`, cure: "started" } as const]),
  ]);
}

export interface Healing {
  lab: Lab;
  engine: Engine;
  /** Only these services. */
  only?: readonly string[];
  /** Told what was found before it is mended. */
  say: (ailment: Ailment) => void;
  /** Ends it after what is being mended: what is still ill stays so. */
  signal?: AbortSignal;
}

/**
 * Mends what is ill, and waits until it answers; when all of the lab is well, until every architecture answers.
 *
 * @returns what is still ill, because it was not asked for
 * @throws LabError (`not-ready`) when something does not answer
 */
export async function healServices({ lab, engine, only, say, signal = forever }: Healing): Promise<Ailment[]> {
  const all = await findAilments(lab, engine);
  const isWanted = ({ service }: { service: string }) => only === undefined || only.includes(service);
  for (const ailment of all.filter(isWanted)) {
    signal.throwIfAborted();
    say(ailment);
    await mend(ailment, lab, engine);
  }
  const left = all.filter((ailment) => !isWanted(ailment));
  // Nothing of a container shows that a setting was changed; restoring what is as it was changes nothing.
  const services = (await engine.states(lab)).filter((state) => state.running && isWanted(state));
  await Promise.all(services.map(({ service }) => restoreRedis({ service, lab, engine })));
  if (left.length === 0) await reviveLab(lab, engine, signal);
  else await theseAnswer(only ?? [], lab, engine);
  signal.throwIfAborted();
  return left;
}

/** All that is wrong and shows. Nothing shows that a Redis server's settings were changed. */
export async function findAilments(lab: Lab, engine: Engine): Promise<Ailment[]> {
  return [...ailmentsOf(await engine.states(lab)), ...(await changedLists(lab, engine))];
}

/** Who stands otherwise in the balancers' lists than nginx/ says. A balancer that is down has no list; started again, it has its own. */
async function changedLists(lab: Lab, engine: Engine): Promise<Ailment[]> {
  const standings = await readStandings(engine, lab).catch(() => ({}));
  return Object.entries(standings).map(([service, standing]) => ({
    service,
    found: `${standing} in the balancers' lists`,
    cure: "put back in the lists" as const,
  }));
}

/** Does what an ailment needs; does not wait for its effect. */
export async function mend({ service, cure }: Ailment, lab: Lab, engine: Engine): Promise<void> {
  if (cure === "unfrozen") await engine.unpause(lab, service);
  if (cure === "attached again") await engine.connect(lab, service);
  if (cure === "started") await engine.start(lab, service);
  if (cure === "put back in the lists") await changeStanding(engine, lab, service, undefined);
}

async function theseAnswer(names: readonly string[], lab: Lab, engine: Engine): Promise<void> {
  await using services = openLabServices(lab, engine);
  const { ok, seen } = await waitUntil({
    look: () => Promise.all(names.map((name) => problemOf(services.named(name)))),
    until: (problems) => problems.every((problem) => problem === undefined),
    deadlineMs: answerDeadlineMs,
  });
  if (ok) return;
  throw new LabError(`Not everything answers: ${seen.filter(Boolean).join("; ")}.`, {
    id: "not-ready",
    todo: "Perhaps it needs something else that is broken: `lab heal` mends all of the lab.",
    exit: "environment",
  });
}

/** Well is what answers; of a service that nobody asks anything directly, Docker's health check says so. */
async function problemOf(service: Service): Promise<string | undefined> {
  const [{ health }, { answers, says }] = await Promise.all([service.state(), service.feel()]);
  return answers || health === "healthy" ? undefined : says;
}
