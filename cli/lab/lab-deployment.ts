import { LabError } from "../errors.ts";
import { underLock } from "../host/lock.ts";
import { lockOfLists } from "../record/locks.ts";
import { engineAddress } from "../record/record.ts";
import type { Deployment } from "../subject/deployment.ts";
import type { Lab } from "./identity/lab.ts";
import { nameSuffix } from "./identity/lab-name.ts";
import type { LabEngine } from "./lab-engine.ts";

/** The lab's own stack on the engine of this computer, as Compose has started it: one container for each service. */
export function labDeployment(lab: Lab, engine: LabEngine): Deployment {
  const addresses = () => engine.addresses(lab);
  return {
    option: nameSuffix(lab.name),
    states: () => engine.states(lab),
    containerOf: (service) => engine.containerOf(lab, service),
    async bring(service) {
      const { id } = await engine.containerOf(lab, service);
      await engine.start(id).catch((error: Error) => {
        throw new LabError(`The engine cannot start ${service} of the lab "${lab.name}": ${error.message}`, {
          id: "start-failed",
          todo: `Run \`lab down --name ${lab.name}\`, then \`lab up --name ${lab.name}\`.`,
          exit: "environment",
          cause: error,
        });
      });
    },
    cut: (service) => engine.disconnect(lab, service),
    join: async (service) => engine.connect(lab, service, (await addresses()).get(service)),
    alone: (what, act) => underLock(lockOfLists({ name: lab.name, engine: engineAddress() }, what), act),
    addresses,
  };
}
