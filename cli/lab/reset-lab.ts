import { LabError } from "../errors.ts";
import { factsOf, type ServiceFacts } from "../history/services.ts";
import { guardRunningLab } from "../record/guard-lab.ts";
import { unhealedIn } from "../record/unhealed.ts";
import type { SessionsOfStore } from "../report/session-map.ts";
import { groupProblems, masterOf } from "../servers/server-groups.ts";
import { restoreSettings, sessionServerOf } from "../servers/session-servers.ts";
import type { ContainerState, Deployment, ServiceAddress } from "../subject/deployment.ts";
import { storesOf } from "../theory/stores.ts";
import { actUntil, lastSeen, waitUntil } from "../wait.ts";
import { type Ailment, ailmentsOf } from "./ailments.ts";
import { asRecorded, type Recorded, unseenAmong } from "./heal-by-record.ts";
import type { Lab } from "./identity/lab.ts";
import { nameSuffix } from "./identity/lab-name.ts";
import { labDeployment } from "./lab-deployment.ts";
import type { LabEngine } from "./lab-engine.ts";
import { labSubject } from "./lab-subject.ts";
import { countSessions } from "./look-at-sessions.ts";
import { putRight } from "./put-right.ts";
import { reviveLab } from "./start-lab.ts";

/** A server that has to load its data first empties itself when it has. */
const emptyDeadlineMs = 20_000;
/** Replicas follow their master. */
const countDeadlineMs = 5_000;
/** An app server ends in less; what hangs is not waited for. */
const graceSeconds = 1;

/**
 * `resetLab`, on record: when this process dies in the middle, what it had stopped is brought back.
 *
 * @returns what was on record as broken by kinds of faults that this version of the lab does not know; only looked at
 * @throws LabError (`not-emptied`, `not-ready`, `state-unwritable`, ...)
 */
export async function resetOnRecord(lab: Lab, engine: LabEngine): Promise<Ailment[]> {
  await using guard = guardRunningLab(lab);
  const { owner } = guard;
  const recorded = await asRecorded(unhealedIn(lab));
  const note = (type: "breaking" | "healed") =>
    guard.note(...stoppedBy(lab, engine).map((target) => ({ type, kind: "stop", target, owner })));
  note("breaking");
  await resetLab(lab, engine, recorded);
  note("healed");
  return unseenAmong(recorded.filter(({ fault }) => fault === undefined));
}

/** What a reset may stop: all but the servers that are emptied while they run. */
function stoppedBy(lab: Lab, engine: LabEngine): string[] {
  const copies = serversThatCopy(lab);
  return labSubject(lab, engine)
    .services.filter(({ name, role }) => role !== "store" || copies.includes(name))
    .map(({ name }) => name);
}

function serversThatCopy(lab: Lab): string[] {
  return storesOf(lab).flatMap(({ group }) => (group?.holds === "copies" ? group.services : []));
}

/**
 * Makes a lab as it was at its start: everything alive, nothing broken, nothing in any store.
 *
 * @param recorded what is on record as broken
 * @throws LabError (`not-emptied`, `not-ready`)
 */
export async function resetLab(lab: Lab, engine: LabEngine, recorded: readonly Recorded[] = []): Promise<void> {
  const deployment = labDeployment(lab, engine);
  const states = await deployment.states();
  const { signal } = new AbortController();
  await putRight({
    ...{ lab, engine, recorded, signal },
    found: ailmentsOf(states),
    look: async () => ailmentsOf(await deployment.states()),
    say: () => {},
  });
  const { services } = labSubject(lab, engine);
  const forgetThese = (some: readonly ContainerState[]) =>
    Promise.all(some.map((state) => forget(state, { deployment, lab, services })));
  const copies = serversThatCopy(lab);
  // Sentinels need a while to agree again; the app servers start meanwhile.
  await Promise.all([
    forgetThese(states.filter(({ service }) => !copies.includes(service))),
    forgetThese(states.filter(({ service }) => copies.includes(service))).then(() => firstMasters(lab, deployment)),
  ]);
  await reviveLab(lab, engine, signal);
  const stores = storesOf(lab).filter(({ livesIn }) => livesIn !== "browser");
  const emptied = await waitUntil({
    look: async () => (await countSessions(lab, engine, stores)).filter((store) => !isEmpty(store)),
    until: (full) => full.length === 0,
    deadlineMs: countDeadlineMs,
  });
  if (emptied.ok) return;
  const names = (full: readonly SessionsOfStore[]) => full.map(({ store }) => store).join(", ");
  throw notEmptied(
    lastSeen(emptied, (full) => `there are still sessions in ${names(full)}`),
    lab,
  );
}

/** Every app server has answered, and sees no session. */
function isEmpty({ seen }: SessionsOfStore): boolean {
  return Object.values(seen).every((count) => count === 0);
}

/**
 * After a failover another server is the master than at the start. Whoever starts asks the Sentinels, and the first server is the
 * master when none is there: so all of them stop, then the servers start, then the Sentinels, who remember nothing.
 */
async function firstMasters(lab: Lab, deployment: Deployment): Promise<void> {
  for (const store of storesOf(lab)) {
    const { group } = store;
    if (group?.holds !== "copies") continue;
    const isFirst = (await masterOf(store, deployment)) === group.services[0];
    if (isFirst && (await groupProblems(storesOf(lab), deployment)).length === 0) continue;
    const all = (services: readonly string[], act: (service: string) => Promise<void>) =>
      Promise.all(services.map(act));
    await all([...group.watchers, ...group.services], (service) => stop({ service, deployment }));
    await all(group.services, (service) => deployment.bring(service));
    await all(group.watchers, (service) => deployment.bring(service));
  }
}

/**
 * Each service forgets in its own way. App servers and balancers keep what they know in the memory of a process (sessions; failure
 * windows, the table of `sticky learn`, changed lists of app servers): another process knows nothing. What was dead has just got one.
 */
async function forget(
  { service, running }: ContainerState,
  { deployment, lab, services }: { deployment: Deployment; lab: Lab; services: readonly ServiceFacts[] },
): Promise<void> {
  const facts = factsOf(services, service);
  if (facts?.role === "app-server" || facts?.role === "balancer") {
    if (!running) return;
    await stop({ service, deployment });
    await deployment.bring(service);
    return;
  }
  const server = sessionServerOf(facts);
  if (!server) return;
  await restoreSettings({ service, deployment }, services);
  const { ok } = await actUntil({
    act: () => server.empty({ deployment, service }),
    until: (emptied) => emptied,
    deadlineMs: emptyDeadlineMs,
  });
  if (!ok) throw notEmptied(`${service} does not answer`, lab);
}

async function stop({ deployment, service }: ServiceAddress): Promise<void> {
  await (await deployment.containerOf(service)).stop({ graceSeconds });
}

function notEmptied(why: string, { name }: Lab): LabError {
  const suffix = nameSuffix(name);
  return new LabError(`The lab "${name}" could not be emptied: ${why}.`, {
    id: "not-emptied",
    todo: `Make a new one: lab down${suffix}, then lab up${suffix}.`,
    exit: "environment",
  });
}
