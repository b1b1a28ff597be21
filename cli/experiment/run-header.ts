import { historyVersion, type RunEvent, type Versions } from "../history/events.ts";
import { type ArchitectureFacts, architectureFacts } from "../history/facts.ts";
import { balancerOfKind, type Role, type ServiceFacts } from "../history/services.ts";
import { composeVersion } from "../lab/compose.ts";
import type { Lab } from "../lab/identity/lab.ts";
import { imageDigests } from "../lab/images/images.ts";
import type { LabEngine } from "../lab/lab-engine.ts";
import { labSubject } from "../lab/lab-subject.ts";
import { frontBalancer } from "../lab/own-services.ts";
import { redisInfo } from "../servers/redis/info.ts";
import { execIn } from "../subject/deployment.ts";
import type { Architecture } from "../theory/architectures.ts";
import { labVersion } from "../version.ts";
import type { Plan } from "./plan.ts";
import { newRunId, trialId } from "./run-folders.ts";

/** The first line of a run's history. */
export async function describeRun(lab: Lab, engine: LabEngine, plan: Plan): Promise<RunEvent> {
  const { scenarioId, scenario, users, seed, victim, command, asked, trial } = plan;
  const { services } = labSubject(lab, engine);
  return {
    type: "run",
    historyVersion,
    id: trial ? trialId(trial.set, trial.number) : newRunId(scenarioId),
    startedAt: new Date().toISOString(),
    command,
    seed,
    ...(asked ? { asked } : {}),
    ...(trial ? { trial } : {}),
    usersPerArchitecture: users,
    scenario: { id: scenarioId, title: scenario.title, question: scenario.question, next: scenario.next },
    victim,
    services: [...services],
    architectures: plan.architectures.map((architecture) => factsOf(architecture, services)),
    versions: await versionsOf(lab, engine),
  };
}

/** Of what is known of an architecture, that which histories keep; of its balancer, the service. */
function factsOf(architecture: Architecture, services: readonly ServiceFacts[]): ArchitectureFacts {
  const { id, policy, store } = architectureFacts.parse(architecture);
  const own = balancerOfKind(services, architecture.policy.balancerKind) ?? frontBalancer;
  return { id, policy: { ...policy, balancer: own }, store };
}

/** What takes part, as it says itself. */
export async function versionsOf(lab: Lab, engine: LabEngine): Promise<Versions> {
  const { services, deployment } = labSubject(lab, engine);
  const nameOf = (role: Role, kind: string) =>
    services.find((service) => service.role === role && service.kind === kind)?.name ?? kind;
  const printed = (service: string, command: string) =>
    execIn({ deployment, service }, ["sh", "-c", `${command} 2>&1`]).catch(() => "");
  const [engineVersion, compose, nginx, node, redis, images] = await Promise.all([
    engine.version(),
    composeVersion(),
    printed(nameOf("balancer", "nginx"), "nginx -v"),
    printed(nameOf("app-server", "node"), "node --version"),
    redisInfo({ deployment, service: nameOf("store", "redis") }),
    imageDigests(lab),
  ]);
  return {
    lab: labVersion(),
    engine: engineVersion,
    compose,
    nginx: /\d+\.\d+\.\d+/.exec(nginx)?.[0] ?? "unknown",
    node: /\d+\.\d+\.\d+/.exec(node)?.[0] ?? "unknown",
    redis: redis?.redis_version ?? "unknown",
    images,
  };
}
