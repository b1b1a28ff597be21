import type { Subject } from "../subject/subject.ts";
import { selectArchitectures } from "../theory/architectures.ts";
import type { Lab } from "./identity/lab.ts";
import { labDeployment } from "./lab-deployment.ts";
import type { LabEngine } from "./lab-engine.ts";
import { allProfiles, labServices, servicesOf } from "./services.ts";

/** The lab's own stack, as it runs, as a subject. */
export function labSubject(
  lab: Lab,
  engine: LabEngine,
): Pick<Subject, "id" | "services" | "architectures" | "deployment"> {
  const optional = new Set(servicesNotIn(lab));
  return {
    id: lab.name,
    services: labServices().filter(({ name }) => !optional.has(name)),
    architectures: selectArchitectures(lab),
    deployment: labDeployment(lab, engine),
  };
}

/** Optional services of profiles that do not run. */
function servicesNotIn({ profiles }: Lab): string[] {
  return allProfiles()
    .filter((profile) => !profiles.includes(profile))
    .flatMap(servicesOf);
}
