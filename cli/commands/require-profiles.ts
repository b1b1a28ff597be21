import { LabError } from "../errors.ts";
import { defaultName, type Lab } from "../lab/topology.ts";

/** For commands that start nothing. @throws LabError (`profile-missing`) when an optional server that is needed does not run */
export function requireProfiles(needed: readonly string[], { name, profiles }: Lab): void {
  const missing = needed.filter((profile) => !profiles.includes(profile));
  if (missing.length === 0) return;
  const suffix = name === defaultName ? "" : ` --name ${name}`;
  throw new LabError(`The lab "${name}" runs without ${missing.join(", ")}.`, {
    id: "profile-missing",
    todo: `Run \`lab up${suffix} --with ${missing.join(",")}\`, which starts it there; or choose another store.`,
    exit: "environment",
  });
}
