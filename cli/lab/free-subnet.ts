import { BlockList } from "node:net";
import { networkInterfaces } from "node:os";
import { LabError } from "../errors.ts";
import { candidateSubnetPrefixes } from "./identity/lab.ts";

/**
 * The first /24 that no Docker network and no interface of this machine uses.
 *
 * @param taken subnets in CIDR notation
 * @returns its first three octets
 */
export function freeSubnetPrefix(taken: readonly string[]): string {
  const interfaces = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ cidr }) => cidr ?? ""));
  const used = [...taken, ...interfaces].filter((cidr) => cidr.includes("."));
  const free = candidateSubnetPrefixes().find((prefix) => !used.some((cidr) => overlaps(cidr, prefix)));
  if (free === undefined)
    throw new LabError("No free subnet: every /24 that the lab tries in 172.28.0.0/16 is in use.", {
      id: "subnet-clash",
      todo: "Remove unused networks with `docker network prune`, or old labs of yours with `lab down --all`.",
      exit: "environment",
    });
  return free;
}

/** Two blocks overlap exactly when one holds the first address of the other. */
function overlaps(cidr: string, prefix: string): boolean {
  const [address = "", bits = "32"] = cidr.split("/");
  const theirs = new BlockList();
  theirs.addSubnet(address, Number(bits));
  const ours = new BlockList();
  ours.addSubnet(`${prefix}.0`, 24);
  return theirs.check(`${prefix}.0`) || ours.check(address);
}
