import * as z from "zod";
import { type HistoryEvent, historyVersion, longestText, longestTime, mostItems } from "./events.ts";

/**
 * The shape of each event, for histories that come from outside: another machine, an older version, a damaged disk. Unknown
 * fields are allowed (events may gain some), unknown types and wrong shapes are not.
 */
const at = z.number().nonnegative().max(longestTime);
const name = z.string().min(1).max(200);
const text = z.string().max(longestText);
const item = z.string().max(200);
/** Architectures, or servers, in one run: several times what the lab offers. Reports have a place for each. */
const mostNames = 200;
const phase = z.enum(["baseline", "fault", "final"]);

const policy = z.object({
  id: name,
  affinity: z.enum(["none", "address", "cookie"]),
  afterFailover: z.enum(["stays", "returns"]).nullish(),
  keptIn: z.enum(["browser", "address", "balancer-memory"]).nullish(),
});
const store = z.object({
  id: name,
  title: text,
  livesIn: z.enum(["app-server", "server", "browser"]),
  server: name.nullable(),
  persistence: z.enum(["none", "save-points", "append-only", "write-ahead-log"]).nullable(),
  group: z.object({ services: z.array(name).min(1).max(mostNames), holds: z.enum(["copies", "parts"]) }).nullish(),
});

const asked = z.object({
  policies: z.array(name).min(1).max(mostNames).exactOptional(),
  stores: z.array(name).min(1).max(mostNames).exactOptional(),
  users: z.number().int().positive().exactOptional(),
  victim: name.exactOptional(),
  trials: z.number().int().positive().exactOptional(),
});

const run = z.object({
  type: z.literal("run"),
  historyVersion: z.literal(historyVersion),
  id: name,
  startedAt: z.iso.datetime(),
  command: text,
  seed: z.number().int(),
  asked: asked.exactOptional(),
  trial: z.object({ set: name, seed: z.number().int(), number: z.number().int().positive() }).exactOptional(),
  usersPerArchitecture: z.number().int().positive(),
  scenario: z.object({
    id: name,
    title: text,
    question: text,
    next: z.object({ scenario: text, toSee: text }).exactOptional(),
  }),
  victim: name,
  appServers: z.array(name).min(1).max(mostNames),
  architectures: z
    .array(z.object({ id: name, policy, store }))
    .min(1)
    .max(mostNames),
  versions: z.object({
    lab: text,
    engine: text,
    compose: text,
    nginx: text,
    node: text,
    redis: text,
    images: z.record(name, name).exactOptional(),
  }),
});

const operation = z.object({
  type: z.literal("operation"),
  at,
  ms: at,
  user: name,
  kind: z.enum(["log-in", "add-item", "who-am-i", "log-out"]),
  phase,
  jar: z.enum(["live", "pinned", "home"]),
  connection: z.enum(["kept", "fresh"]),
  outcome: z.enum(["ok", "rejected", "unknown"]),
  answer: z.enum(["me", "someone-else", "anonymous", "store-unreachable", "none"]),
  server: name.optional(),
  boot: name.optional(),
  cart: z.array(item).max(mostItems).optional(),
  cartVersion: z.number().int().nonnegative().optional(),
  item: name.optional(),
  status: z.number().int().optional(),
  reason: text.optional(),
  degraded: z.literal(true).optional(),
});

const evidence = z.object({ source: z.enum(["engine", "felt"]), shows: z.boolean(), says: text });

const schema = z.discriminatedUnion("type", [
  run,
  operation,
  z.object({ type: z.literal("step"), at, phase, step: text, says: text.optional() }),
  z.object({
    type: z.literal("user"),
    at,
    user: name,
    architecture: name,
    role: z.enum(["subject", "control", "canary", "stranger"]),
    address: name,
    seat: name.optional(),
    idleMs: z.number().positive().max(longestTime).optional(),
  }),
  z.object({
    type: z.literal("change"),
    at,
    user: name,
    what: z.enum(["address", "affinity-cookie", "forged-affinity", "log-out"]),
    says: text,
  }),
  z.object({
    type: z.literal("measure"),
    at,
    architecture: name,
    name: text,
    value: z.number(),
    unit: text,
    atLeast: z.number().optional(),
    atMost: z.number().optional(),
    because: text,
  }),
  z.object({
    type: z.literal("expectation"),
    at,
    user: name,
    fates: z.array(name).min(1).max(mostNames),
    because: text,
    keptOn: name.optional(),
    copied: z.enum(["all", "some", "none", "unsure"]).optional(),
  }),
  z.object({
    type: z.literal("fault"),
    at,
    kind: name,
    target: name,
    effect: z
      .object({
        process: z.enum(["ends", "restarts", "begins", "freezes"]).optional(),
        reach: z.literal("nobody").optional(),
        lists: z.enum(["joined", "draining", "out"]).optional(),
        data: z.enum(["evicts", "refuses-writes", "reads-new-file", "fills", "holds-copies-back", "saves"]).optional(),
      })
      .optional(),
    condition: z.literal(true).optional(),
    state: z.enum(["injecting", "injected", "unconfirmed", "confirmed", "healing", "healed", "failed"]),
    evidence: z.array(evidence).max(mostNames).optional(),
  }),
  z.object({
    type: z.literal("store-seen"),
    at,
    when: z.enum(["before-fault", "settled"]),
    server: name,
    runId: text,
    keys: z.number().int().nonnegative(),
    evicted: z.number().int().nonnegative().optional(),
    role: z.enum(["master", "slave"]).optional(),
  }),
  z.object({ type: z.literal("settled"), at, ok: z.boolean(), says: text }),
  z.object({ type: z.literal("alert"), at, service: name, line: text }),
  z.object({ type: z.literal("failover"), at, policy: name, server: name, line: text }),
  z.object({ type: z.literal("disturbance"), at, service: name, happenedAt: at, says: text }),
  z.object({
    type: z.literal("leftover"),
    at,
    kind: z.enum(["container", "network", "volume", "process"]),
    name,
  }),
  z.object({ type: z.literal("end"), at, complete: z.boolean(), reason: text.optional() }),
]);

/** @throws ZodError when the value is not an event of this version */
export function parseEvent(value: unknown): HistoryEvent {
  return schema.parse(value) as HistoryEvent;
}
