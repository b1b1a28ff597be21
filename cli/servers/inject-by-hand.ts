import type { Engine } from "../docker/engine.ts";
import { LabError } from "../errors.ts";
import type { Evidence } from "../history/events.ts";
import { openLabServices } from "../lab/lab-services.ts";
import type { Lab } from "../lab/topology.ts";
import type { InjectedFault } from "../report/fault.ts";
import type { ContainerState } from "../subject/deployment.ts";
import { waitUntil } from "../wait.ts";
import { evidenceFor, type Fault, type Signs, signsOf, unseenEvidence } from "./fault.ts";
import { isRedis } from "./redis-settings.ts";
import type { Service } from "./service.ts";

/** A fault whose two signs have not both appeared by then hit nothing. */
const confirmDeadlineMs = 15_000;

export interface InjectOptions {
  lab: Lab;
  engine: Engine;
  /** Ends the waiting for the signs. */
  signal?: AbortSignal;
  /** Called when it is certain that it hits something, before anything is done. */
  begins?: () => void;
}

/**
 * Breaks a service and waits for the two signs that it is broken. It stays so until somebody heals it.
 *
 * @throws LabError (`fault-hits-nothing`) when the service is in no state to be broken like that; nothing was done then
 * @throws LabError (`fault-failed`) when the engine refuses; half of it may have been done
 */
export async function injectByHand(
  fault: Fault,
  { lab, engine, signal, begins }: InjectOptions,
): Promise<InjectedFault> {
  const { kind, target, experience } = fault;
  await using services = openLabServices(lab, engine);
  const service = services.named(target);
  const before = await signsOf(service, fault);
  const obstacle = obstacleTo(fault, before.state);
  if (fault.hits?.kind === "redis" && !isRedis(target))
    throw new LabError(`"${kind}" would hit nothing: ${target} is no Redis server.`, {
      id: "fault-hits-nothing",
      todo: "Name one of the Redis servers; `lab status` lists them.",
      exit: "usage",
    });
  if (obstacle)
    throw new LabError(`"${kind}" would hit nothing: ${obstacle}.`, {
      id: "fault-hits-nothing",
      todo:
        fault.effect.process === "begins"
          ? `Stop it first: lab fault stop ${target}.`
          : `Heal it first: lab heal ${target}.`,
      exit: "inconclusive",
    });
  signal?.throwIfAborted();
  begins?.();
  await inject(fault, service);
  const { ok, seen = unseenEvidence(confirmDeadlineMs) } = await waitUntil({
    look: async () => evidenceFor(fault, await signsOf(service, fault), before),
    until: (evidence) => evidence.every((sign) => sign.shows || cannotShow(sign, fault, before)),
    deadlineMs: confirmDeadlineMs,
    ...(signal ? { signal } : {}),
  });
  signal?.throwIfAborted();
  return { kind, target, confirmed: ok && seen.every(({ shows }) => shows), evidence: seen, experience };
}

/** Why a fault would change nothing; undefined when the service is as the fault needs it. */
function obstacleTo({ effect }: Fault, { service, running, paused, attached, exitCode }: ContainerState) {
  if (effect.process === "begins") return running ? `${service} is running` : undefined;
  if (!running) return `${service} is down already (exit code ${exitCode})`;
  if (paused) return `${service} is frozen already`;
  return attached ? undefined : `${service} is cut off from the network already`;
}

/** What nobody could feel before (a service that is not asked anything directly), nobody can miss. */
function cannotShow({ source }: Evidence, { effect }: Fault, { feeling }: Signs): boolean {
  return source === "felt" && effect.process !== "begins" && !feeling.answers;
}

async function inject(fault: Fault, service: Service): Promise<void> {
  try {
    await fault.inject(service);
  } catch (error) {
    throw new LabError(`"${fault.kind}" failed on ${fault.target}: ${(error as Error).message}`, {
      id: "fault-failed",
      todo: `Look with \`lab status\`; \`lab heal ${fault.target}\` undoes what was done of it.`,
      exit: error instanceof LabError ? error.exit : "inconclusive",
      cause: error,
    });
  }
}
