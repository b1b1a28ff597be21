import { openService, type Service } from "../servers/service.ts";
import type { Access } from "../users/access.ts";
import type { Lab } from "./identity/lab.ts";
import { openLabAccess } from "./lab-access.ts";
import type { LabEngine } from "./lab-engine.ts";
import { labSubject } from "./lab-subject.ts";
import { doorService } from "./own-services.ts";

/** Handles on the services of a lab; closing them closes the connections through which they are felt. */
export interface LabServices extends AsyncDisposable {
  access: Access;
  named(name: string): Service;
}

export function openLabServices(lab: Lab, engine: LabEngine): LabServices {
  const access = openLabAccess(lab, engine, { connections: 8 });
  const subject = labSubject(lab, engine);
  return {
    access,
    named: (name) => openService(name, { ...subject, ...access }),
    [Symbol.asyncDispose]: () => access.transport.close(),
  };
}

/** The names of a lab's services that may be broken, sorted: all but the door, by which one sees what became of the others. */
export async function serviceNames(lab: Lab, engine: LabEngine): Promise<string[]> {
  const names = (await engine.states(lab)).map(({ service }) => service);
  return names.filter((name) => name !== doorService).sort();
}
