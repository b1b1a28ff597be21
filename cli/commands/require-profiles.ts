import { LabError } from "../errors.ts";
import { defaultName, type Lab } from "../lab/topology.ts";

/** @throws LabError (`profile-missing`) when an optional server that is needed was not started with the lab */
export function requireProfiles(needed: readonly string[], { name, profiles }: Lab): void {
  const missing = needed.filter((profile) => !profiles.includes(profile));
  if (missing.length === 0) return;
  const suffix = name === defaultName ? "" : ` --name ${name}`;
  throw new LabError(`The lab "${name}" was started without ${missing.join(", ")}.`, {
    id: "profile-missing",
    todo: `Run \`lab down${suffix}\`, then \`lab up${suffix} --with ${[...profiles, ...missing].join(",")}\`; or choose another store.`,
    exit: "environment",
  });
}
