import { composeVersion } from "../docker/compose.ts";
import type { Engine } from "../docker/engine.ts";
import { imageDigests } from "../docker/images.ts";
import { historyVersion, type RunEvent, type Versions } from "../history/events.ts";
import { labDeployment } from "../lab/lab-deployment.ts";
import { appServers, balancer, type Lab } from "../lab/topology.ts";
import { redisInfo } from "../servers/service.ts";
import { execIn } from "../subject/deployment.ts";
import { labVersion } from "../version.ts";
import type { Plan } from "./plan.ts";
import { newRunId, trialId } from "./run-folders.ts";

export async function describeRun(lab: Lab, engine: Engine, plan: Plan): Promise<RunEvent> {
  const { scenarioId, scenario, users, seed, victim, command, asked, trial } = plan;
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
    appServers: [...appServers],
    architectures: plan.architectures.map(({ id, policy, store }) => ({
      id,
      policy: { id: policy.id, affinity: policy.affinity, afterFailover: policy.afterFailover, keptIn: policy.keptIn },
      store: {
        id: store.id,
        title: store.title,
        livesIn: store.livesIn,
        server: store.server,
        persistence: store.persistence,
        ...(store.group ? { group: { services: store.group.services, holds: store.group.holds } } : {}),
      },
    })),
    versions: await versionsOf(lab, engine),
  };
}

/** What takes part, as it says itself. */
export async function versionsOf(lab: Lab, engine: Engine): Promise<Versions> {
  const deployment = labDeployment(lab, engine);
  const printed = (service: string, command: string) =>
    execIn({ deployment, service }, ["sh", "-c", `${command} 2>&1`]).catch(() => "");
  const [engineVersion, compose, nginx, node, redis, images] = await Promise.all([
    engine.version(),
    composeVersion(),
    printed(balancer, "nginx -v"),
    printed(appServers[0]!, "node --version"),
    redisInfo({ deployment, service: "redis" }),
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
