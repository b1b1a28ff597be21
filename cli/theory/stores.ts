import { readFileSync } from "node:fs";
import * as z from "zod";
import { LabError } from "../errors.ts";
import { storesCatalogue } from "../paths.ts";

const catalogueSchema = z.array(
  z.object({
    id: z.string(),
    title: z.string(),
    livesIn: z.enum(["app-server", "server", "browser"]),
    server: z.string().nullable(),
    /** Which program its servers run; null without one. */
    kind: z.string().nullable().default(null),
    persistence: z.enum(["none", "save-points", "append-only", "write-ahead-log"]).nullable(),
    /** Compose profile that its server needs; null when it belongs to the core. */
    profile: z.string().nullable().default(null),
    /** After a logout a copied cookie is refused. */
    revocable: z.boolean().default(true),
    /** Answers from a fallback, without the session's data, while its server is down. */
    fallback: z.boolean().default(false),
    /** Keeps ended sessions until somebody asks for them. */
    leaks: z.boolean().default(false),
    /** Several services that hold the sessions together: each a copy of all (one of them, the master, takes the writes), or each a part. */
    group: z
      .object({
        services: z.array(z.string()).min(1),
        holds: z.enum(["copies", "parts"]),
        /** Hold nothing, and decide who is the master. */
        watchers: z.array(z.string()).default([]),
      })
      .nullable()
      .default(null),
    what: z.string(),
  }),
);

/** A session store, as the app server describes it: one file in services/app/stores, whose name is its id. */
export type Store = z.infer<typeof catalogueSchema>[number];

let known: readonly Store[] | undefined;

/**
 * All stores, by id. Written by the build, because the CLI and the services share no code; read once, so that the next build
 * changes nothing for a process that is at work.
 *
 * @throws LabError (`not-built`)
 */
export function loadStores(): readonly Store[] {
  known ??= readStores();
  return known;
}

function readStores(): Store[] {
  try {
    return catalogueSchema.parse(JSON.parse(readFileSync(storesCatalogue, "utf8")));
  } catch (error) {
    throw new LabError(`The catalogue of session stores ${storesCatalogue} cannot be read.`, {
      id: "not-built",
      todo: "Run `npm run build`.",
      exit: "environment",
      cause: error,
    });
  }
}

/** The stores that a lab can offer: those of the core, and of the optional servers that run. */
export function storesOf({ profiles }: { profiles: readonly string[] }): Store[] {
  return loadStores().filter(({ profile }) => profile === null || profiles.includes(profile));
}

/** The services that hold a store's sessions, or may come to. */
export function serversOf({ server, group }: Pick<Store, "server" | "group">): readonly string[] {
  return group?.services ?? (server === null ? [] : [server]);
}

/** The services among which this one is: those that hold the same store's sessions, and who watches over them. */
export function companionsOf(service: string): readonly string[] {
  const groups = loadStores().flatMap(({ group }) => (group === null ? [] : [[...group.services, ...group.watchers]]));
  return groups.find((members) => members.includes(service)) ?? [];
}
