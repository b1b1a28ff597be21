import { randomBytes } from "node:crypto";
import type { Feeling } from "../servers/probe/feeling.ts";
import { groupProblems } from "../servers/server-groups.ts";
import type { Place } from "../subject/site.ts";
import type { Architecture } from "../theory/architectures.ts";
import { companionsOf } from "../theory/stores.ts";
import type { Access } from "../users/access.ts";
import { clientAddresses } from "../users/client-address.ts";
import { VirtualUser } from "../users/virtual-user.ts";
import { actUntil, lastSeen, type Waited, waitUntil } from "../wait.ts";
import { toolsOf } from "./act-on-record.ts";
import type { BrokenSoFar } from "./broken.ts";
import { type LivesNoted, noteDisturbances } from "./note-disturbances.ts";
import { type FailoversNoted, noteFailovers } from "./note-failovers.ts";
import { lookAtStores } from "./predict.ts";
import type { RunContext } from "./run-context.ts";
import { newBrowserAt } from "./visit.ts";

export type Settling = Access &
  Pick<RunContext, "architectures" | "services" | "appServers" | "deployment" | "recorder" | "service" | "signal"> &
  BrokenSoFar &
  LivesNoted &
  FailoversNoted;

/** Longer than any failure window in nginx/policies plus the start of a container. */
const settleDeadlineMs = 30_000;
/** New browsers that ask at a policy's door in one look: enough that each server has its chance. */
const visitorsPerLook = 6;

/**
 * After the repair: waits until everything is well again, and says so in the history. Well means that each app server and
 * each store answers, that nginx gives each app server requests again under every policy (its failure window, `fail_timeout`,
 * is over), and that a new user can log in on each app server with each store. Reads before that point would be wrong.
 */
export async function settle(run: Settling): Promise<void> {
  const begin = run.recorder.now();
  const problem =
    (await appServersAnswer(run)) ??
    (await groupsAgree(run)) ??
    (await appServersReachStores(run)) ??
    (await policiesUseEveryServer(run)) ??
    (await canariesLogIn(run));
  await noteDisturbances(run);
  await noteFailovers(run);
  if (problem === undefined) run.failoversSeen.touched.clear();
  await lookAtStores(run, "settled");
  const at = run.recorder.now();
  const says =
    problem ?? `every app server serves under every policy again, ${Math.round(at - begin)} ms after the repair`;
  run.recorder.record({ type: "settled", at, ok: problem === undefined, says });
}

/** @returns what is still wrong at the deadline, or undefined */
async function appServersAnswer({ appServers, service, signal }: Settling): Promise<string | undefined> {
  const waited = await waitUntil({
    look: () => Promise.all(appServers.map((name) => service(name).feel())),
    until: (feelings) => feelings.every(({ answers }) => answers),
    deadlineMs: settleDeadlineMs,
    signal,
  });
  const silent = (feelings: readonly Feeling[]) => feelings.filter(({ answers }) => !answers).map(({ says }) => says);
  return waited.ok ? undefined : notSettled("the app servers", waited, (feelings) => silent(feelings).join("; "));
}

/** Servers that hold sessions together need a while to agree, e.g. on who is the master, after one of them was hit. */
async function groupsAgree({ architectures, deployment, hit, signal }: Settling): Promise<string | undefined> {
  if (![...hit].some((service) => companionsOf(service).length > 0)) return undefined;
  const stores = [...new Set(architectures.map(({ store }) => store))];
  const waited = await waitUntil({
    look: () => groupProblems(stores, deployment),
    until: (problems) => problems.length === 0,
    deadlineMs: settleDeadlineMs,
    signal,
  });
  return waited.ok ? undefined : notSettled("the groups of servers", waited, (problems) => problems.join("; "));
}

/** Every store, from every app server; the way to a store of several servers may be back later than these servers are. */
async function appServersReachStores({
  architectures,
  appServers,
  door,
  signal,
}: Settling): Promise<string | undefined> {
  const stores = [...new Set(architectures.map(({ store }) => store.id))];
  const places = appServers.flatMap((appServer) => stores.map((store) => ({ appServer, store })));
  const ask = async (place: Place) =>
    (await door.ask(place)).isWell ? [] : [`${place.appServer} cannot reach ${place.store}`];
  const waited = await waitUntil({
    look: async () => (await Promise.all(places.map(ask))).flat(),
    until: (problems) => problems.length === 0,
    deadlineMs: settleDeadlineMs,
    signal,
  });
  return waited.ok ? undefined : notSettled("the stores", waited, (problems) => problems.join("; "));
}

async function policiesUseEveryServer(run: Settling): Promise<string | undefined> {
  const { architectures, signal } = run;
  const missing = new Map(
    // One architecture stands for its policy: nginx keeps the failure window per upstream group.
    [...new Map(architectures.map((architecture) => [architecture.policy.id, architecture])).values()].map(
      (architecture) => [architecture, new Set(servingServers(run))] as const,
    ),
  );
  const newAddress = clientAddresses();
  const look = async () => {
    await Promise.all(
      [...missing].map(async ([architecture, unseen]) => {
        if (unseen.size === 0) return;
        const servers = await Promise.all(
          Array.from({ length: visitorsPerLook }, () => newBrowserAt(run, architecture, newAddress())),
        );
        for (const server of servers) if (server !== undefined) unseen.delete(server);
      }),
    );
    return [...missing].filter(([, unseen]) => unseen.size > 0);
  };
  const waited = await waitUntil({
    look,
    until: (rest) => rest.length === 0,
    deadlineMs: settleDeadlineMs,
    signal,
  });
  if (waited.ok) return undefined;
  return notSettled("the policies", waited, (rest) =>
    rest.map(([{ policy }, unseen]) => `${policy.id} sends nobody to ${[...unseen].join(", ")}`).join("; "),
  );
}

/** What is wrong at the deadline; where no look came to an end, what was looked at. */
function notSettled<Seen>(what: string, waited: Waited<Seen>, say: (seen: Seen) => string): string {
  return waited.seen === undefined ? `${what}: ${lastSeen(waited)}` : say(waited.seen);
}

/** Those that the balancers send newcomers to, as things stand. */
function servingServers({ appServers, broken }: Settling): string[] {
  const joined = broken.filter(({ effect }) => effect.lists === "joined").map(({ target }) => target);
  const away = broken
    .filter(({ effect }) => effect.lists === "out" || effect.lists === "draining")
    .map(({ target }) => target);
  return [...appServers, ...joined].filter((server) => !away.includes(server));
}

/**
 * A new login on each app server with each store, on record. Where one gets no definitive answer, another is sent: so many at once may be
 * too many for one moment of a busy machine. An answer that is wrong is final.
 */
async function canariesLogIn(run: Settling): Promise<string | undefined> {
  const { appServers, architectures, signal } = run;
  const stores = [...new Map(architectures.map((architecture) => [architecture.store.id, architecture])).values()];
  let waiting = stores.flatMap((architecture) => appServers.map((appServer) => ({ architecture, appServer })));
  const wrong: string[] = [];
  const act = async () => {
    const outcomes = await Promise.all(
      waiting.map(async (place) => ({ place, problem: await sendCanary(run, place) })),
    );
    const isOpen = ({ problem }: (typeof outcomes)[number]) => problem?.isDefinitive === false;
    wrong.push(...outcomes.flatMap(({ problem }) => (problem?.isDefinitive ? [problem.says] : [])));
    waiting = outcomes.filter(isOpen).map(({ place }) => place);
    return outcomes.filter(isOpen).map(({ problem }) => problem!.says);
  };
  const { seen: unanswered } = await actUntil({
    act,
    until: (problems) => problems.length === 0 || signal.aborted,
    deadlineMs: settleDeadlineMs,
  });
  const problems = [...wrong, ...unanswered];
  return problems.length > 0 ? problems.join("; ") : undefined;
}

interface CanaryProblem {
  /** The site answered, and not as it should. */
  isDefinitive: boolean;
  says: string;
}

/** @returns what was wrong with its login, or undefined */
async function sendCanary(
  run: Settling,
  { architecture: { id, host, policy, store }, appServer }: { architecture: Architecture; appServer: string },
): Promise<CanaryProblem | undefined> {
  const { recorder, door, originOf } = run;
  const at = await door.to({ appServer, store: store.id });
  const canary = new VirtualUser({
    id: `${id}/canary-${appServer}`,
    origin: originOf(policy.id),
    host,
    address: clientAddresses()(),
    nonce: randomBytes(12).toString("base64url"),
  });
  recorder.record({
    type: "user",
    at: recorder.now(),
    user: canary.id,
    architecture: id,
    role: "canary",
    address: canary.address,
  });
  for (const kind of ["log-in", "who-am-i"] as const) {
    const event = await canary.perform(kind, toolsOf(run), { phase: "fault", at });
    recorder.record(event);
    if (event.answer === "me") continue;
    const says = `a new user cannot ${kind} on ${appServer} with ${store.id}: ${event.reason ?? event.answer}`;
    return { isDefinitive: event.answer === "anonymous" || event.answer === "someone-else", says };
  }
  return undefined;
}
