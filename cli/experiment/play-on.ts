import type { Recorder } from "../history/recorder.ts";
import { named } from "../history/services.ts";
import type { Lab } from "../lab/identity/lab.ts";
import { openLabAccess } from "../lab/lab-access.ts";
import type { LabEngine } from "../lab/lab-engine.ts";
import { labSubject } from "../lab/lab-subject.ts";
import type { Guard } from "../record/guard-lab.ts";
import { Interrupted, type Narrator } from "../runner/narrator.ts";
import { seededShuffle } from "../runner/pace.ts";
import { runScenario } from "../runner/run-scenario.ts";
import { openService } from "../servers/service.ts";
import { clientAddresses, officeAddresses } from "../users/client-address.ts";
import { castPopulation } from "../users/population.ts";
import type { Plan } from "./plan.ts";

export interface RunTools {
  recorder: Recorder;
  guard: Pick<Guard, "note" | "owner">;
  narrator: Narrator;
  signal: AbortSignal;
}

/** Finds a home for every user, and plays the plan's scenario. */
export async function playOn(lab: Lab, engine: LabEngine, plan: Plan, tools: RunTools): Promise<void> {
  const { recorder, narrator, signal, guard } = tools;
  const { services, architectures, deployment } = labSubject(lab, engine);
  const appServers = named(services, "app-server");
  const access = openLabAccess(lab, engine);
  try {
    narrator.doing(`${plan.architectures.length} architectures, ${plan.users} users each: finding a home for everyone`);
    const newAddress = plan.scenario.clients === "one-network" ? officeAddresses() : clientAddresses();
    const asTheyCome = plan.scenario.clients === "one-network";
    const members = await castPopulation({ ...plan, appServers, newAddress, asTheyCome, ...access, signal });
    if (signal.aborted) throw new Interrupted("interrupted");
    const policies = [...new Set(plan.architectures.map(({ policy }) => policy.id))];
    await runScenario({
      ...plan,
      ...access,
      services,
      appServers,
      deployment,
      // All architectures: a fault may hit a server that none of the chosen ones uses.
      service: (name) => openService(name, { ...access, services, architectures, deployment, policies }),
      members,
      newAddress,
      shuffle: seededShuffle(plan.seed),
      recorder,
      narrator,
      signal,
      noteFault: (type, { kind, target }) => guard.note({ type, kind, target, owner: guard.owner }),
    });
  } finally {
    await access.transport.close();
  }
}
