import { LabError } from "../errors.ts";
import { factsOf, type ServiceFacts } from "../history/services.ts";
import type { Fault, Signs } from "./fault.ts";
import { infoNumber } from "./fault.ts";

/**
 * For a fault that is aimed by hand: a wrong target is told, not waited for.
 *
 * @param before how the service is
 * @throws LabError (`fault-hits-nothing`) when the fault would change nothing of it
 */
export function refuseToHitNothing(fault: Fault, before: Signs, services: readonly ServiceFacts[]): void {
  const { kind, target, hits, effect } = fault;
  const wouldHitNothing = (why: string, todo: string, exit: "usage" | "inconclusive") =>
    new LabError(`"${kind}" would hit nothing: ${why}.`, { id: "fault-hits-nothing", todo, exit });
  if (hits && factsOf(services, target)?.kind !== hits.kind) {
    const wanted = `${hits.kind.charAt(0).toUpperCase()}${hits.kind.slice(1)}`;
    const todo = `Name one of the ${wanted} servers; \`lab status\` lists them.`;
    throw wouldHitNothing(`${target} is no ${wanted} server`, todo, "usage");
  }
  const todo =
    effect.process === "begins" ? `Stop it first: lab fault stop ${target}.` : `Heal it first: lab heal ${target}.`;
  const obstacle = obstacleTo(fault, before);
  if (obstacle) throw wouldHitNothing(obstacle, todo, "inconclusive");
  if (hits?.withCopies && infoNumber(before.feeling, "connected_slaves") === 0)
    throw wouldHitNothing(`no replica follows ${target}`, "Name the server that the others copy.", "usage");
}

/** Undefined when the service is as the fault needs it. */
function obstacleTo({ effect }: Fault, { state }: Signs): string | undefined {
  const { service, running, paused, attached, exitCode } = state;
  if (effect.process === "begins") return running ? `${service} is running` : undefined;
  if (!running) return `${service} is down already (exit code ${exitCode})`;
  if (paused) return `${service} is frozen already`;
  return attached ? undefined : `${service} is cut off from the network already`;
}
