import type { ChangeEvent } from "../history/events.ts";
import { named, servicesIn } from "../history/services.ts";
import { faultsTouching } from "./exposure.ts";
import { type Fate, fates } from "./fates.ts";
import type { RunRecord } from "./run-record.ts";
import type { SessionRecord } from "./session-record.ts";

export interface Cause {
  cause: string;
  evidence: string;
}

interface Case {
  session: SessionRecord;
  fate: Fate;
  record: RunRecord;
}

interface CauseRule {
  cause: string;
  /** What the cause means, in a sentence for learners. */
  means: string;
  fates: readonly Fate[];
  /** True when the cause is a fault: then it must have come before the loss, and untouched sessions must have survived. */
  blamesAFault: boolean;
  /** The evidence, in a sentence, or undefined where the rule does not apply. */
  evidence(case_: Case): string | undefined;
}

/** In this order; the first rule whose evidence is there names the cause. */
const rules: CauseRule[] = [
  {
    cause: "foreign-session",
    means: "the app answered with somebody else's session: a defect of the app or its store, never an accepted loss",
    fates: ["crossed"],
    blamesAFault: false,
    evidence: ({ session: { crossing } }) =>
      crossing && `${crossing.server ?? "an app server"} answered with another user's session`,
  },
  {
    cause: "no-affinity",
    means:
      "nothing leads the browser back to the app server that holds its session, so it is recognised only by chance",
    fates: ["unstable"],
    blamesAFault: false,
    evidence: ({ session: { home, baseline } }) => {
      const { knownAt, unknownAt } = baseline;
      return home &&
        knownAt.length === 1 &&
        knownAt.includes(home.server) &&
        unknownAt.length > 0 &&
        !unknownAt.includes(home.server)
        ? "even without a fault, only the app server of the login knew the session; others, asked by the same browser, did not"
        : undefined;
    },
  },
  {
    cause: "not-revocable",
    means: "the logout reached the browser only: whoever copied the cookies before can go on using them",
    fates: ["resurrected"],
    blamesAFault: false,
    evidence: ({ session: { final, logout } }) =>
      logout === "acknowledged" && final.live.anonymous > 0 && final.pinned.me + final.home.me > 0
        ? "the browser is logged out, and the cookies that it had before still open the session"
        : undefined,
  },
  {
    cause: "client-address-changed",
    means: "the balancer goes by the client's address, and that changed: it leads to another app server now",
    fates: ["orphaned"],
    blamesAFault: false,
    evidence: (case_) => afterChange(case_, "address"),
  },
  {
    cause: "affinity-cookie-missing",
    means: "the balancer goes by a cookie, and the browser has it no more: the next request may go to any app server",
    fates: ["orphaned"],
    blamesAFault: false,
    evidence: (case_) => afterChange(case_, "affinity-cookie"),
  },
  {
    cause: "affinity-cookie-forged",
    means:
      "the balancer goes by a cookie that the browser can write as it likes, and this one leads to another app server",
    fates: ["orphaned"],
    blamesAFault: false,
    evidence: (case_) => afterChange(case_, "forged-affinity"),
  },
  {
    cause: "idle-for-too-long",
    means: "nobody used the session for as long as its login allowed, so it ended, as it should",
    fates: ["lost"],
    blamesAFault: false,
    evidence: ({ session, record }) => {
      const { idleMs, lastUsedAt, firstAnonymousAt } = session;
      if (idleMs === undefined || lastUsedAt === undefined || firstAnonymousAt === undefined) return undefined;
      if (firstAnonymousAt - lastUsedAt < idleMs || faultsTouching(session, record).length > 0) return undefined;
      return `nobody used it for more than the ${idleMs / 1_000} s that its login asked for, and until then it was there`;
    },
  },
  {
    cause: "process-memory-died",
    means: "the session lived in the memory of a process that is gone; another process has taken its place",
    fates: ["lost"],
    blamesAFault: true,
    evidence: ({ session: { home, architecture }, record }) => {
      if (!home || record.architectures.get(architecture)?.store.livesIn !== "app-server") return undefined;
      const lives = [...(record.boots.get(home.server) ?? [])];
      const later = lives[lives.indexOf(home.boot) + 1];
      return later && `${home.server} is another process now: boot ${short(home.boot)} became ${short(later)}`;
    },
  },
  {
    cause: "evicted",
    means: "the store was full, and its server removed the session to make room",
    fates: ["lost"],
    blamesAFault: true,
    evidence: ({ session: { architecture }, record }) => {
      const { server, before, after } = storeOf(architecture, record);
      if (!before || !after || before.runId !== after.runId) return undefined;
      const evicted = (after.evicted ?? 0) - (before.evicted ?? 0);
      return evicted > 0
        ? `${server} is the same process, but removed ${evicted} keys for want of memory; its cookie is unknown there`
        : undefined;
    },
  },
  {
    cause: "append-only-file-was-new",
    means:
      "at its start the server read the append-only file that it had just been told to use, which was empty, and not its snapshot",
    fates: ["lost"],
    blamesAFault: true,
    evidence: ({ session, record }) => {
      const { server, before, after } = storeOf(session.architecture, record);
      const fault = faultsTouching(session, record).find(
        ({ effect, confirmed }) => effect.data === "reads-new-file" && confirmed,
      );
      if (!fault || !before || !after || before.runId === after.runId || before.keys <= after.keys) return undefined;
      return `${server} was started with an append-only file for the first time and read nothing else: keys ${before.keys} became ${after.keys}`;
    },
  },
  {
    cause: "failed-over-without-it",
    means:
      "a replica took over before it had everything: the old master acknowledged writes that nobody else had heard of",
    fates: ["lost", "rolled-back", "resurrected"],
    blamesAFault: true,
    evidence: ({ session: { architecture, copied }, record }) => {
      const services = record.architectures.get(architecture)?.store.group?.services ?? [];
      const masterIn = (seen: RunRecord["storesBefore"]) =>
        services.find((service) => seen.get(service)?.role === "master");
      const [before, after] = [masterIn(record.storesBefore), masterIn(record.storesSettled)];
      if (!before || !after || before === after || (copied !== "none" && copied !== "some")) return undefined;
      const lacked = copied === "none" ? "had the session" : "had its last acknowledged write";
      return `${before} was the master before the fault, ${after} is it since; no replica ${lacked} when the fault came`;
    },
  },
  {
    cause: "store-restarted-without-it",
    means:
      "the server that kept the sessions is another process now, and did not find them (or found older ones) on its disk",
    fates: ["lost", "rolled-back", "resurrected"],
    blamesAFault: true,
    evidence: ({ session: { architecture, keptOn }, record, fate }) => {
      const { server, before, after } = storeOf(architecture, record, keptOn);
      if (!before || !after || before.runId === after.runId) return undefined;
      const what = fate === "lost" ? "its cookie is unknown there" : "an older state came back";
      return `${server} is another process now: run_id ${short(before.runId)} became ${short(after.runId)}, keys ${before.keys} became ${after.keys}; ${what}`;
    },
  },
  {
    cause: "sent-elsewhere",
    means:
      "the session is still there, but the balancer now leads its browser to another app server, which does not know it",
    fates: ["orphaned"],
    blamesAFault: true,
    evidence: ({ session: { home, final } }) =>
      home &&
      final.pinnedKnownAt.includes(home.server) &&
      final.servers.length > 0 &&
      !final.servers.includes(home.server)
        ? `${home.server} still knows the session, but the balancer sends this browser to ${[...final.servers].sort().join(", ")}`
        : undefined,
  },
  {
    cause: "sent-anywhere",
    means:
      "the balancer forgot who belongs where, so requests go to any app server, and only one of them knows the session",
    fates: ["unstable"],
    blamesAFault: true,
    evidence: ({ session: { architecture, home, final }, record }) =>
      home &&
      final.servers.includes(home.server) &&
      final.servers.length > 1 &&
      record.faults.some(({ target }) => target === balancerOf(architecture, record))
        ? `before the fault every request reached the app server of the login; now they reach others, too, which do not know the session`
        : undefined,
  },
  {
    cause: "store-unreachable",
    means:
      "the app answers, but cannot reach the place where the session lives: nobody can say whether it is still there",
    fates: ["unreachable"],
    blamesAFault: true,
    evidence: ({ session: { lastTrouble } }) =>
      lastTrouble?.answer === "store-unreachable" ? `the app cannot reach its store: ${lastTrouble.reason}` : undefined,
  },
  {
    cause: "no-answer",
    means: "requests get no answer at all, so nothing can be said of the session",
    fates: ["unreachable"],
    blamesAFault: true,
    evidence: ({ session: { lastTrouble } }) =>
      lastTrouble?.answer === "none" ? `requests end without an answer: ${lastTrouble.reason}` : undefined,
  },
];

/** No rule of evidence fits. */
export const unattributed = "unattributed";

/** Every cause there can be, in the order of the rules: what it means, and which fates it explains. */
export function knownCauses(): { cause: string; means: string; fates: readonly Fate[] }[] {
  const harmed = (Object.keys(fates) as Fate[]).filter((fate) => !causeless.includes(fate));
  const nobodyKnows = "no rule of evidence fits: the lab says so instead of guessing";
  return [
    ...rules.map(({ cause, means, fates }) => ({ cause, means, fates })),
    { cause: unattributed, means: nobodyKnows, fates: harmed },
  ];
}

/** Fates that need no cause: nothing happened, or nothing is known. */
const causeless: readonly Fate[] = ["survived", "not-judged"];

/**
 * Why a session did not survive. No rule fits: `unattributed`, never a guess.
 *
 * @param controlsSurvived whether the sessions that the fault did not touch are all still there (there must be some)
 */
export function causeOf(case_: Case, controlsSurvived: boolean): Cause | undefined {
  if (causeless.includes(case_.fate)) return undefined;
  for (const rule of rules) {
    if (!rule.fates.includes(case_.fate)) continue;
    if (rule.blamesAFault && !(controlsSurvived && cameBefore(case_))) continue;
    const evidence = rule.evidence(case_);
    if (evidence !== undefined) return { cause: rule.cause, evidence };
  }
  return { cause: unattributed, evidence: "no rule of evidence fits" };
}

/** The balancer that carries the architecture's policy out; where the history does not say which one, the one in front. */
function balancerOf(architecture: string, { architectures, run }: RunRecord): string | undefined {
  return architectures.get(architecture)?.policy.balancer ?? named(servicesIn(run), "balancer")[0];
}

/** The server that holds the architecture's sessions, as it was seen before the fault and after the repair. */
function storeOf(architecture: string, { architectures, storesBefore, storesSettled }: RunRecord, keptOn?: string) {
  const server = keptOn ?? architectures.get(architecture)?.store.server ?? undefined;
  if (server === undefined) return {};
  return { server, before: storesBefore.get(server), after: storesSettled.get(server) };
}

/** The user was changed, was recognised until then, and its old server still knows the session. */
function afterChange({ session }: Case, what: ChangeEvent["what"]): string | undefined {
  const { home, final, firstAnonymousAt = Number.NEGATIVE_INFINITY } = session;
  const change = session.changes?.get(what);
  if (!change || !home || firstAnonymousAt < change.at) return undefined;
  if (!final.pinnedKnownAt.includes(home.server) || final.servers.includes(home.server)) return undefined;
  const changed = {
    address: "the client has another address",
    "affinity-cookie": "the balancer's cookie is gone",
    "forged-affinity": "the balancer's cookie is another one",
    "log-out": "the user logged out",
  }[what];
  return `${changed}, and the balancer sends the browser elsewhere; ${home.server} still knows the session`;
}

/** A confirmed fault that touched this session was injected before its user was first seen anonymous. */
function cameBefore({ session, record }: Case): boolean {
  const { firstAnonymousAt = Number.POSITIVE_INFINITY } = session;
  return faultsTouching(session, record).some(
    ({ confirmed, injectedAt }) => confirmed && injectedAt <= firstAnonymousAt,
  );
}

function short(id: string): string {
  return id.slice(0, 8);
}
