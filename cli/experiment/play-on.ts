import type { Engine } from "../docker/engine.ts";
import { openLabAccess } from "../lab/lab-access.ts";
import { labDeployment } from "../lab/lab-deployment.ts";
import { appServers, type Lab } from "../lab/topology.ts";
import { newLivesSeen } from "../runner/note-disturbances.ts";
import { newFailoversSeen } from "../runner/note-failovers.ts";
import { seededShuffle } from "../runner/pace.ts";
import { runScenario } from "../runner/run-scenario.ts";
import { Interrupted, type Narrator, type Stage } from "../runner/stage.ts";
import { openService } from "../servers/service.ts";
import { loadStores } from "../theory/stores.ts";
import { clientAddresses, officeAddresses } from "../users/client-address.ts";
import { castPopulation } from "../users/population.ts";
import type { OpenRun, Site } from "./experiment.ts";
import type { Plan } from "./plan.ts";

export interface RunTools extends OpenRun, Pick<Site, "guard"> {
  narrator: Narrator;
  signal: AbortSignal;
}

export async function playOn(lab: Lab, engine: Engine, plan: Plan, tools: RunTools): Promise<void> {
  const { recorder, narrator, signal, guard } = tools;
  const access = openLabAccess(lab, engine);
  const deployment = labDeployment(lab, engine);
  try {
    narrator.doing(`${plan.architectures.length} architectures, ${plan.users} users each: finding a home for everyone`);
    const newAddress = plan.scenario.clients === "one-network" ? officeAddresses() : clientAddresses();
    const asTheyCome = plan.scenario.clients === "one-network";
    const members = await castPopulation({ ...plan, appServers, newAddress, asTheyCome, ...access, signal });
    if (signal.aborted) throw new Interrupted("interrupted");
    const storeOf = new Map(
      // All of them: a fault may hit a server that no chosen architecture uses.
      loadStores().flatMap(({ server, id }) => (server === null ? [] : [[server, id] as const])),
    );
    const stage: Stage = {
      ...plan,
      ...access,
      deployment,
      recorder,
      narrator,
      signal,
      appServers,
      members,
      newAddress,
      answers: new Map(),
      strangers: new Map(),
      attackers: new Map(),
      isBaselineRead: false,
      newSeats: new Map(),
      shuffle: seededShuffle(plan.seed),
      service: (name) =>
        openService(name, {
          deployment,
          ...access,
          storeOf,
          policies: [...new Set(plan.architectures.map(({ policy }) => policy.id))],
        }),
      phase: "baseline",
      broken: [],
      hit: new Set(),
      failoversSeen: newFailoversSeen(),
      lives: newLivesSeen(),
      noteFault: (type, { kind, target }) => guard.note({ type, kind, target, owner: guard.owner }),
      keptOn: new Map(),
      predicted: false,
    };
    await runScenario(stage);
  } finally {
    await access.transport.close();
  }
}
