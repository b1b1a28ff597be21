import {
  type Answer,
  type Evidence,
  type ExpectationEvent,
  type FaultEffect,
  type FaultEvent,
  type HistoryEvent,
  historyVersion,
  type OperationEvent,
  type Outcome,
  type Phase,
  type RunEvent,
  type StoreSeenEvent,
  type UserEvent,
} from "../../history/events.ts";
import type { ArchitectureFacts, PolicyFacts, ServiceFacts, StoreFacts } from "../../history/facts.ts";

/**
 * Writes histories by hand, for tests: each method tells what happened, in order, and keeps the clock, the carts and the boot
 * ids. `story().comesIn("bob", "app2")` logs bob in on app2 and gives him a sound baseline.
 */
export function story(options: StoryOptions = {}): Story {
  return new Story(options);
}

export interface StoryOptions {
  architectures?: string[];
  appServers?: string[];
  /** App servers in no list. */
  spares?: string[];
  /** What is known of a policy besides what its name says. */
  policies?: Record<string, Partial<PolicyFacts>>;
  victim?: string;
  usersPerArchitecture?: number;
  scenario?: RunEvent["scenario"];
}

interface Person {
  /** Where the requests of this browser end up, unless told otherwise. */
  server: string;
  /** Where the session began. */
  home: string;
  cart: string[];
  version: number;
}

/** Anything an operation may say that differs from the obvious. */
export type Detail = Partial<Omit<OperationEvent, "type">> & { times?: number };

function bothSigns(kind: string, target: string): Evidence[] {
  const isFrozen = kind === "freeze";
  return [
    { source: "engine", shows: true, says: `${target} is ${isFrozen ? "paused" : "not running, exit code 137"}` },
    { source: "felt", shows: true, says: `${target} ${isFrozen ? "does not answer" : "refuses connections"}` },
  ];
}

export class Story {
  readonly events: HistoryEvent[] = [];
  readonly #people = new Map<string, Person>();
  readonly #lives = new Map<string, number>();
  #clock = 0;
  #phase: Phase = "baseline";

  constructor({
    architectures = ["cookie.memory"],
    appServers = ["app1", "app2", "app3"],
    spares = [],
    policies = {},
    victim = "app2",
    usersPerArchitecture = 3,
    scenario = { id: "server-crash", title: "One app server dies", question: "Who is still logged in?" },
  }: StoryOptions) {
    const facts = architectures.map((id) => architectureFacts(id, policies));
    this.events.push({
      type: "run",
      historyVersion,
      id: "golden",
      startedAt: "2026-11-21T09:00:00.000Z",
      command: `lab scenario ${scenario.id} --seed 7`,
      seed: 7,
      usersPerArchitecture,
      scenario,
      victim,
      services: servicesOf({ appServers, spares, architectures: facts }),
      architectures: facts,
      versions: {
        lab: "0.1.0",
        engine: "20.10.24",
        compose: "2.40.3",
        nginx: "1.30.6",
        node: "24.21.0",
        redis: "8.0.6",
      },
    });
  }

  /** The history as it is on disk. */
  text(): string {
    return this.events.map((event) => `${JSON.stringify(event)}\n`).join("");
  }

  /** Writes any event down as it is: for what no sound lab would write. */
  event(event: HistoryEvent): this {
    this.events.push(event);
    return this;
  }

  phase(phase: Phase): this {
    this.#phase = phase;
    return this.event({ type: "step", at: this.#tick(), phase, step: phase });
  }

  waits(ms: number): this {
    this.#clock += ms;
    return this;
  }

  enters(
    user: string,
    { architecture = "cookie.memory", role = "subject" as UserEvent["role"], ...more }: Entrance = {},
  ): this {
    this.#people.set(user, newPerson());
    return this.event({ type: "user", at: this.#tick(), user, architecture, role, address: "16.0.0.7", ...more });
  }

  logsIn(user: string, server: string, detail: Detail = {}): this {
    const person = this.#person(user);
    person.server = server;
    person.home = server;
    person.version += 1;
    return this.operation(user, "log-in", detail.outcome === "unknown" ? "none" : "me", detail);
  }

  adds(user: string, item: string, outcome: Outcome = "ok"): this {
    const person = this.#person(user);
    if (outcome !== "ok")
      return this.operation(user, "add-item", "none", { item, outcome, reason: "connection reset" });
    person.cart.push(item);
    person.version += 1;
    return this.operation(user, "add-item", "me", { item });
  }

  logsOut(user: string, outcome: Outcome = "ok"): this {
    return this.operation(user, "log-out", outcome === "ok" ? "anonymous" : "none", { outcome });
  }

  reads(user: string, answer: Answer, detail: Detail = {}): this {
    return this.operation(user, "who-am-i", answer, detail);
  }

  /** A user with everything a sound baseline needs: login, a write, three reads over kept and fresh connections. */
  comesIn(user: string, server: string, where: Entrance = {}): this {
    return this.enters(user, where)
      .logsIn(user, server)
      .adds(user, `book-of-${user}`)
      .reads(user, "me")
      .reads(user, "me", { connection: "fresh" })
      .reads(user, "me");
  }

  /** What theory says of a user's session. */
  predicts(
    user: string,
    fates: string | string[],
    because = "theory says so",
    where: Pick<ExpectationEvent, "keptOn" | "copied"> = {},
  ): this {
    return this.event({ type: "expectation", at: this.#tick(), user, fates: [fates].flat(), because, ...where });
  }

  /** A server is stopped before anybody comes, as a condition of the experiment. */
  takesAway(target: string): this {
    const stopped = { type: "fault", kind: "stop", target, effect: { process: "ends" }, condition: true } as const;
    for (const state of ["injecting", "injected"] as const) this.event({ ...stopped, at: this.#tick(), state });
    return this.event({ ...stopped, at: this.#tick(), state: "confirmed", evidence: bothSigns("stop", target) });
  }

  /** A fault as it should be: written down, done, confirmed by both signs. */
  injects(kind: string, target: string): this {
    return this.fault(kind, target, "injecting")
      .fault(kind, target, "injected")
      .fault(kind, target, "confirmed", bothSigns(kind, target))
      .phase("fault");
  }

  fault(kind: string, target: string, state: FaultEvent["state"], evidence?: FaultEvent["evidence"]): this {
    const effect = effects[kind] ?? {};
    return this.event({
      type: "fault",
      at: this.#tick(),
      kind,
      target,
      state,
      effect,
      ...(evidence ? { evidence } : {}),
    });
  }

  heals(kind: string, target: string): this {
    return this.fault(kind, target, "healing").fault(kind, target, "healed");
  }

  /** From now on this server answers as another process. */
  isReborn(server: string): this {
    this.#lives.set(server, (this.#lives.get(server) ?? 1) + 1);
    return this;
  }

  /** From now on the balancer sends this user there. */
  isSentTo(user: string, server: string): this {
    this.#person(user).server = server;
    return this;
  }

  storeSeen(
    when: "before-fault" | "settled",
    server: string,
    { runId = "aaaaaaaa1111", keys = 3, evicted, role }: StoreLook = {},
  ): this {
    return this.event({
      type: "store-seen",
      at: this.#tick(),
      when,
      server,
      runId,
      keys,
      ...(evicted === undefined ? {} : { evicted }),
      ...(role === undefined ? {} : { role }),
    });
  }

  settles({ ok = true, says = "every app server serves again" } = {}): this {
    return this.event({ type: "settled", at: this.#tick(), ok, says }).phase("final");
  }

  /** Three final reads on fresh connections; then, for whoever is not recognised, what the pinned cookies are told there. */
  checksIn(user: string, answer: Answer, { pinned = answer, home = pinned, ...detail }: CheckIn = {}): this {
    for (let read = 0; read < 3; read++) this.reads(user, answer, { connection: "fresh", ...detail });
    if (answer === "me") return this;
    const server = this.#person(user).home;
    return this.reads(user, pinned, { jar: "pinned", server }).reads(user, home, { jar: "home", server });
  }

  ends({ complete = true, reason }: { complete?: boolean; reason?: string } = {}): this {
    return this.event({ type: "end", at: this.#tick(), complete, ...(reason === undefined ? {} : { reason }) });
  }

  operation(user: string, kind: OperationEvent["kind"], answer: Answer, { times = 1, ...detail }: Detail): this {
    const { server, cart, version } = this.#person(user);
    const answered = answer === "none" ? {} : { server, boot: this.#bootOf(detail.server ?? server), status: 200 };
    const content = answer === "me" ? { cart: [...cart], cartVersion: version } : {};
    for (let count = 0; count < times; count++)
      this.event({
        type: "operation",
        at: this.#tick(),
        ms: 4,
        user,
        kind,
        phase: this.#phase,
        jar: "live",
        connection: "kept",
        outcome: answer === "me" || answer === "someone-else" || kind === "log-out" ? "ok" : "rejected",
        answer,
        ...answered,
        ...content,
        ...detail,
      });
    return this;
  }

  #bootOf(server: string): string {
    const life = this.#lives.get(server) ?? 1;
    return `${["1st", "2nd", "3rd"][life - 1] ?? `${life}th`}-${server}`;
  }

  #person(user: string): Person {
    return this.#people.get(user) ?? newPerson();
  }

  #tick(): number {
    this.#clock += 10;
    return this.#clock;
  }
}

type Entrance = { architecture?: string } & Partial<Pick<UserEvent, "role" | "seat" | "idleMs">>;

type StoreLook = Partial<Pick<StoreSeenEvent, "runId" | "keys" | "evicted" | "role">>;

interface CheckIn extends Detail {
  /** What the pinned cookies are told, and what the old server tells them. */
  pinned?: Answer;
  home?: Answer;
}

function newPerson(): Person {
  return { server: "app1", home: "app1", cart: [], version: 0 };
}

const affinities = { "round-robin": "none", "ip-hash": "address", cookie: "cookie" } as const;

const stores: Record<string, Omit<StoreFacts, "id" | "title">> = {
  memory: { livesIn: "app-server", server: null, persistence: null },
  redis: { livesIn: "server", server: "redis", persistence: "none" },
  "redis-rdb": { livesIn: "server", server: "redis-rdb", persistence: "save-points" },
  "redis-aof": { livesIn: "server", server: "redis-aof", persistence: "append-only" },
  "redis-sentinel": {
    livesIn: "server",
    server: "redis-ha1",
    persistence: "append-only",
    group: { services: ["redis-ha1", "redis-ha2", "redis-ha3"], holds: "copies" },
  },
  "redis-cluster": {
    livesIn: "server",
    server: "redis-c1",
    persistence: "none",
    group: { services: ["redis-c1", "redis-c2", "redis-c3"], holds: "parts" },
  },
  jwt: { livesIn: "browser", server: null, persistence: null },
};

/** As the files in cli/faults say it. */
const effects: Record<string, FaultEffect> = {
  kill: { process: "ends" },
  stop: { process: "ends" },
  restart: { process: "restarts" },
  return: { process: "begins" },
  freeze: { process: "freezes" },
  partition: { reach: "nobody" },
  drain: { lists: "draining" },
  leave: { lists: "out" },
  join: { lists: "joined" },
  evict: { data: "evicts" },
  "refuse-writes": { data: "refuses-writes" },
  "aof-at-restart": { process: "restarts", data: "reads-new-file" },
};

function servicesOf({
  appServers,
  spares,
  architectures,
}: {
  appServers: string[];
  spares: string[];
  architectures: ArchitectureFacts[];
}): ServiceFacts[] {
  const stores = architectures.flatMap(({ store: { server, group } }) => group?.services ?? server ?? []);
  return [
    { name: "nginx", role: "balancer", kind: "nginx" },
    { name: "balancer", role: "balancer", kind: "node-balancer" },
    ...appServers.map((name) => ({ name, role: "app-server" as const })),
    ...spares.map((name) => ({ name, role: "app-server" as const, spare: true as const })),
    ...[...new Set(stores)].map((name) => ({ name, role: "store" as const, kind: "redis" })),
  ];
}

function architectureFacts(id: string, policies: NonNullable<StoryOptions["policies"]>): ArchitectureFacts {
  const [policy = "", store = ""] = id.split(".");
  return {
    id,
    policy: { id: policy, affinity: affinities[policy as keyof typeof affinities] ?? "none", ...policies[policy] },
    store: { id: store, title: store, ...(stores[store] ?? stores.redis!) },
  };
}
