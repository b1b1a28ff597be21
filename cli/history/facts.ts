import * as z from "zod";
import { mostNames } from "./bounds.ts";
import { name, text } from "./values.ts";

/**
 * What a history says of the system under test. Judge, pictures and reports go by these facts: none of them knows a service, a
 * policy or a store by its name.
 */

export const serviceFacts = z.object({
  /** As the deployment names it, e.g. the name of a Compose service. */
  name,
  /**
   * A `balancer` chooses the app server of a request; an `app-server` serves it; a `store` holds sessions for several of them; a `watcher`
   * holds nothing and decides which store server takes the writes; a `database` holds what is no session.
   */
  role: z.enum(["balancer", "app-server", "store", "watcher", "database"]),
  /** Which program it is, where something is to be done to it or read from it, e.g. `nginx`, `redis`. */
  kind: name.exactOptional(),
  /** The machine that it runs on, where there are several. */
  machine: name.exactOptional(),
  /** An app server in no list until a fault puts it in. */
  spare: z.literal(true).exactOptional(),
});

/** What is known of a service of a subject, whoever asks. */
export interface ServiceFacts extends z.infer<typeof serviceFacts> {}

/** What a service is in a subject. */
export type Role = ServiceFacts["role"];

const policyFacts = z.object({
  id: name,
  /** How the same client finds the same app server again. */
  affinity: z.enum(["none", "address", "cookie"]),
  /** What a client has to do before it is led to the same app server; null without affinity. */
  affinityBegins: z.enum(["visit", "login"]).nullable().exactOptional(),
  /** Where clients go whose server comes back after a failover: they stay with the new one, or return; null without affinity. */
  afterFailover: z.enum(["stays", "returns"]).nullable().exactOptional(),
  /** What remembers who belongs where; null without affinity. */
  keptIn: z.enum(["browser", "address", "balancer-memory"]).nullable().exactOptional(),
  /** The service that carries the policy out. */
  balancer: name.exactOptional(),
  /** What the balancer reckons with, where it reckons: the first three octets of the address, the whole address, a cookie. */
  key: z.enum(["client-network", "client-address", "cookie"]).nullable().exactOptional(),
  /** How it finds the app server for a key, in a word, e.g. `ip-hash`, `consistent-hash`, `first-choice`. */
  placedBy: name.nullable().exactOptional(),
});

/** What theory needs to know of a balancing policy; stated in the policy's own file. */
export interface PolicyFacts extends z.infer<typeof policyFacts> {}

const storeFacts = z.object({
  id: name,
  title: text,
  /** Where the session data are: in the app server's process, in a server of their own, or with the browser. */
  livesIn: z.enum(["app-server", "server", "browser"]),
  /** The service that holds the data, when it is a server of its own. */
  server: name.nullable(),
  /** Which program its servers run; null without one. */
  kind: name.nullable().exactOptional(),
  persistence: z.enum(["none", "save-points", "append-only", "write-ahead-log"]).nullable(),
  /** Several services that hold the sessions together: each a copy of all, or each a part. */
  group: z
    .object({
      services: z.array(name).min(1).max(mostNames),
      holds: z.enum(["copies", "parts"]),
      /** Hold nothing, and decide which of the services takes the writes. */
      watchers: z.array(name).max(mostNames).exactOptional(),
    })
    .nullable()
    .exactOptional(),
});

/** What theory needs to know of a session store; the app server states it. */
export interface StoreFacts extends z.infer<typeof storeFacts> {}

export const architectureFacts = z.object({ id: name, policy: policyFacts, store: storeFacts });

/** A policy and a store, written `policy.store`. */
export interface ArchitectureFacts extends z.infer<typeof architectureFacts> {}
