import { defaultName } from "./lab.ts";

/**
 * What may be the name of a lab. It becomes part of the names of containers, of files and of host names, and may come from labels
 * and files that anybody wrote: whatever else it is, it is the name of no lab.
 */
export function isLabName(text: string): boolean {
  return /^[a-z0-9][a-z0-9-]{0,30}$/.test(text);
}

/** What a printed command says of the lab that it is meant for: ` --name demo`, or nothing for the one that is meant without. */
export function nameSuffix(lab: string): string {
  return lab === defaultName ? "" : ` --name ${lab}`;
}
