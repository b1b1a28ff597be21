import type { Engine } from "../docker/engine.ts";
import { LabError } from "../errors.ts";
import { problemsOf } from "../servers/redis-condition.ts";
import { conditionOf, saveAgain } from "../servers/redis-saves.ts";
import { isRedis, restoreRedis } from "../servers/redis-settings.ts";
import type { Service } from "../servers/service.ts";
import { changeStanding, readStandings } from "../servers/upstreams.ts";
import type { ContainerState, Deployment } from "../subject/deployment.ts";
import { lastSeen, waitUntil } from "../wait.ts";
import { labDeployment } from "./lab-deployment.ts";
import { openLabServices } from "./lab-services.ts";
import { reviveLab } from "./start-lab.ts";
import { defaultName, type Lab } from "./topology.ts";

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
  cure: "started" | "unfrozen" | "attached again" | "put back in the lists" | "saves again" | "settings put back";
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
 * Mends what is ill, and waits until it answers; when all of the lab is well, until every architecture answers. Tries everything.
 *
 * @returns what is still ill, because it was not asked for
 * @throws LabError (`not-ready`) when something does not answer; (`redis-cannot-save`, ...) when something cannot be mended
 */
export async function healServices({ lab, engine, only, say, signal = forever }: Healing): Promise<Ailment[]> {
  const all = await findAilments(lab, engine);
  const isWanted = ({ service }: { service: string }) => only === undefined || only.includes(service);
  const errors = new Map<string, unknown>();
  const tries = (service: string, act: Promise<void>) => act.catch((error) => void errors.set(service, error));
  for (const ailment of all.filter(isWanted)) {
    signal.throwIfAborted();
    say(ailment);
    await tries(ailment.service, mend(ailment, labDeployment(lab, engine)));
  }
  const left = all.filter((ailment) => !isWanted(ailment));
  // What has just been started may have been set otherwise before; restoring what is as it was changes nothing.
  const deployment = labDeployment(lab, engine);
  const services = (await deployment.states()).filter((state) => state.running && isWanted(state));
  await Promise.all(
    services
      .filter(({ service }) => !errors.has(service))
      .map(({ service }) => tries(service, restoreRedis({ service, deployment }))),
  );
  if (errors.size > 0) throw together([...errors.values()]);
  if (left.length === 0) await reviveLab(lab, engine, signal);
  else await theseAnswer(only ?? [], lab, engine);
  signal.throwIfAborted();
  return left;
}

/** One error stays as it is. */
function together(errors: readonly unknown[]): unknown {
  if (errors.length === 1) return errors[0];
  const known = errors.filter((error) => error instanceof LabError);
  if (known.length < errors.length) return new AggregateError(errors, errors.map(String).join("; "));
  return new LabError(known.map(({ message }) => message).join(" "), {
    id: known[0]!.id,
    todo: [...new Set(known.map(({ todo }) => todo))].join(" "),
    exit: "environment",
    cause: errors,
  });
}

/**
 * All that is wrong and shows: what the engine says, the balancers' lists, and what Redis servers say of themselves. One order to the
 * engine for each Redis server, all at once.
 */
export async function findAilments(lab: Lab, engine: Engine): Promise<Ailment[]> {
  const deployment = labDeployment(lab, engine);
  const states = await deployment.states();
  const [lists, redis] = await Promise.all([
    changedLists(deployment),
    Promise.all(states.map((state) => ailmentsOfRedis(state, deployment))),
  ]);
  return [...ailmentsOf(states), ...redis.flat(), ...lists];
}

/** Of a server that cannot be asked, or does not answer, other things are said. */
async function ailmentsOfRedis(
  { service, running, paused, command = [] }: ContainerState,
  deployment: Deployment,
): Promise<Ailment[]> {
  if (!running || paused || !isRedis(service)) return [];
  const condition = await conditionOf({ service, deployment });
  // As compose.yaml starts it, whatever the store's file says of it: a difference between these two is what a run finds out.
  const appendOnly = command[command.indexOf("--appendonly") + 1] === "yes";
  return (condition ? problemsOf(condition, { appendOnly }) : []).map((problem) => ({ service, ...problem }));
}

/**
 * For whatever measures: a lab that is broken already, or was broken by hand and forgotten, answers another question than the one
 * that is asked.
 *
 * @throws LabError (`lab-unwell`)
 */
export async function requireWell(lab: Lab, engine: Engine): Promise<void> {
  const ailments = await findAilments(lab, engine);
  if (ailments.length === 0) return;
  const suffix = lab.name === defaultName ? "" : ` --name ${lab.name}`;
  throw new LabError(
    `The lab "${lab.name}" is not well: ${ailments.map(({ service, found }) => `${service} is ${found}`).join("; ")}.`,
    { id: "lab-unwell", todo: `Run \`lab heal${suffix}\`, then this again.`, exit: "environment" },
  );
}

/** Who stands otherwise in the balancers' lists than nginx/ says. A balancer that is down has no list; started again, it has its own. */
async function changedLists(deployment: Deployment): Promise<Ailment[]> {
  const standings = await readStandings(deployment).catch(() => ({}));
  return Object.entries(standings).map(([service, standing]) => ({
    service,
    found: `${standing} in the balancers' lists`,
    cure: "put back in the lists" as const,
  }));
}

/** Does what an ailment needs; does not wait for its effect. */
export async function mend({ service, cure }: Ailment, deployment: Deployment): Promise<void> {
  if (cure === "unfrozen") await (await deployment.containerOf(service)).unpause();
  if (cure === "attached again") await deployment.join(service);
  if (cure === "started") await deployment.bring(service);
  if (cure === "put back in the lists") await changeStanding(deployment, service, undefined);
  if (cure === "saves again") await saveAgain({ service, deployment });
  if (cure === "settings put back") await restoreRedis({ service, deployment });
}

async function theseAnswer(names: readonly string[], lab: Lab, engine: Engine): Promise<void> {
  await using services = openLabServices(lab, engine);
  const answering = await waitUntil({
    look: () => Promise.all(names.map((name) => problemOf(services.named(name)))),
    until: (problems) => problems.every((problem) => problem === undefined),
    deadlineMs: answerDeadlineMs,
  });
  if (answering.ok) return;
  const problems = lastSeen(answering, (seen) => seen.filter(Boolean).join("; "));
  throw new LabError(`Not everything answers: ${problems}.`, {
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
