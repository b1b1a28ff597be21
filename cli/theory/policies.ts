import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "../errors.ts";
import { policiesFolder } from "../paths.ts";

/** What may be stated of a policy's affinity, in comment lines of its file. */
const traits = {
  affinity: ["none", "address", "cookie"],
  key: ["client-network", "client-address", "cookie"],
  "placed-by": ["ip-hash", "consistent-hash", "hash", "first-choice"],
  "begins-with": ["visit", "login"],
  "after-failover": ["stays", "returns"],
  "kept-in": ["browser", "address", "balancer-memory"],
} as const;

type Trait = keyof typeof traits;
type Stated<Name extends Trait> = (typeof traits)[Name][number];

/** The keys that can be told apart by what a policy's affinity goes by. */
const keysOf = { address: ["client-network", "client-address"], cookie: ["cookie"] } as const;

/** A balancing policy: one file in nginx/policies, whose name is its id. */
export interface Policy {
  id: string;
  /** The kind of balancer that chooses the app server: nginx, unless the file names another to which nginx hands the requests. */
  balancerKind: string;
  /** How the same client finds the same app server again: by nothing, by its address, by a cookie. */
  affinity: Stated<"affinity">;
  /** What of a client decides: the first three octets of its address, all of it, or its cookie; null without affinity, as are the following. */
  key: Stated<"key"> | null;
  /** How the app server follows from the key: by arithmetic over the list of servers, or as it was chosen first and written down. */
  placedBy: Stated<"placed-by"> | null;
  /** What a client has to do first. */
  affinityBegins: Stated<"begins-with"> | null;
  /** Where the clients of a server that died are once it is back: still where they fled to, or with it again. */
  afterFailover: Stated<"after-failover"> | null;
  /** Where it is kept which server is whose: what is kept in the balancer's memory is gone when that restarts. */
  keptIn: Stated<"kept-in"> | null;
  /** First sentence of the file's comment. */
  title: string;
}

let known: readonly Policy[] | undefined;

/**
 * All policies, by id; those of the lab itself are read once, so that what is changed in the folder later changes nothing for a
 * process that is at work.
 *
 * @throws LabError (`policy-unclear`) when a file does not state its affinity, or not all that theory needs to know of it
 */
export function loadPolicies(folder: string = policiesFolder): readonly Policy[] {
  if (folder !== policiesFolder) return readPolicies(folder);
  known ??= readPolicies(folder);
  return known;
}

function readPolicies(folder: string): Policy[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".conf"))
    .map((file) => file.slice(0, -".conf".length))
    .sort()
    .map((id) => readPolicy(id, readFileSync(join(folder, `${id}.conf`), "utf8")));
}

/** What the comment at the head of a policy's file says, by paragraph, without the lines that state its traits. */
export function policyProse(id: string, folder: string = policiesFolder): string[] {
  const text = readFileSync(join(folder, `${id}.conf`), "utf8");
  const comment = /^(?:#.*\n)+/.exec(text)?.[0] ?? "";
  const paragraphs = comment.replaceAll(/^# ?/gm, "").split(/\n\s*\n/);
  return paragraphs
    .filter((paragraph) => !/^\s+\S+: /m.test(paragraph))
    .map((paragraph) => paragraph.trim().replaceAll("\n", " "));
}

function readPolicy(id: string, text: string): Policy {
  const title = /^#\s*(.+)/.exec(text)?.[1] ?? id;
  const read = <Name extends Trait>(trait: Name) => readTrait(trait, { id, text });
  const affinity = read("affinity");
  const balancerKind = statedIn(text, "balancer") ?? "nginx";
  if (affinity === "none")
    return {
      ...{ id, balancerKind, affinity, title },
      ...{ key: null, placedBy: null, affinityBegins: null, afterFailover: null, keptIn: null },
    };
  return {
    ...{ id, balancerKind, affinity },
    key: readTrait("key", { id, text }, keysOf[affinity]),
    placedBy: read("placed-by"),
    affinityBegins: read("begins-with"),
    afterFailover: read("after-failover"),
    keptIn: read("kept-in"),
    title,
  };
}

/** The value in the comment line `#   trait: value`, which has nothing else in it. */
function statedIn(text: string, trait: string): string | undefined {
  return new RegExp(`^#[ \\t]+${trait}:[ \\t]*(\\S*)$`, "m").exec(text)?.[1];
}

function readTrait<Name extends Trait>(
  trait: Name,
  { id, text }: { id: string; text: string },
  known: readonly Stated<Name>[] = traits[trait],
): Stated<Name> {
  const stated = statedIn(text, trait);
  const value = known.find((allowed) => allowed === stated);
  if (value !== undefined) return value;
  const says = stated === undefined ? "does not state" : `says "${stated}" of`;
  throw new LabError(`The policy file nginx/policies/${id}.conf ${says} "${trait}".`, {
    id: "policy-unclear",
    todo: `Write a comment line "#   ${trait}: ..." with one of: ${known.join(", ")}.`,
    exit: "usage",
  });
}
