import { LabError } from "../errors.ts";
import type { Fault } from "../servers/fault.ts";
import { inject } from "../servers/inject.ts";
import { masterOf } from "../servers/server-groups.ts";
import { execIn } from "../subject/deployment.ts";
import { everyRedis, fullest, master, victim } from "../theory/scenario.ts";
import { loadStores, serversOf } from "../theory/stores.ts";
import { waitUntil } from "../wait.ts";
import { noteFault } from "./heal-faults.ts";
import { expectOtherLives } from "./note-disturbances.ts";
import type { Broken, Stage } from "./stage.ts";
import { fullestServer } from "./where-sessions-are.ts";

/** A fault whose two signs have not both appeared by then hit nothing. */
const confirmDeadlineMs = 15_000;

/** On record beside the kinds of faults. */
const takingAway = "take-away";
const filling = "fill";
const holding = "hold-copies";

/** The service that a scenario means. */
export function nameOf({ victim: chosen }: Stage, target: string): string {
  return target === victim ? chosen : target;
}

/** The faults with the names that they mean at this moment. @throws LabError (`no-master`) */
export async function aim(stage: Stage, faults: readonly Fault[]): Promise<Fault[]> {
  const aimed = await Promise.all(
    faults.map(async (fault) => (await targetsOf(stage, fault.target)).map((target) => ({ ...fault, target }))),
  );
  return aimed.flat();
}

async function targetsOf(stage: Stage, target: string): Promise<readonly string[]> {
  if (target === master) return [await masterNow(stage)];
  if (target === fullest) return [fullestNow(stage)];
  if (target === everyRedis) return redisServers(stage);
  return [nameOf(stage, target)];
}

function redisServers({ architectures }: Stage): string[] {
  const core = loadStores().filter(({ profile }) => profile === null);
  const stores = [...core, ...architectures.map(({ store }) => store)];
  return [...new Set(stores.flatMap(serversOf))].filter((server) => server.startsWith("redis"));
}

function fullestNow({ keptOn }: Stage): string {
  const server = fullestServer(keptOn);
  if (server) return server;
  throw new LabError("No chosen store shares its sessions out over several servers, or nobody is logged in there.", {
    id: "no-shares",
    todo: "Choose one that does: --store redis-cluster.",
    exit: "usage",
  });
}

async function masterNow({ architectures, deployment }: Stage): Promise<string> {
  const store = architectures.map((architecture) => architecture.store).find(({ group }) => group?.holds === "copies");
  const found = store && (await masterOf(store, deployment));
  if (found) return found;
  throw new LabError(store ? `The servers of ${store.id} have no master.` : "No chosen store has a master.", {
    id: "no-master",
    todo: store ? "Look with `lab status`; `lab reset` begins anew." : "Choose one that has: --store redis-sentinel.",
    exit: store ? "environment" : "usage",
  });
}

/**
 * Lets the master refuse its replicas (`ACL SETUSER`, https://redis.io/docs/latest/commands/acl-setuser/) and drops those that are
 * there. They try again every second, in vain, and stay electable: Sentinel takes a replica that was cut off for less than ten
 * times `down-after-milliseconds`. A master that is started anew refuses nobody.
 */
export async function holdCopies(stage: Stage): Promise<void> {
  const { deployment } = stage;
  const service = await masterNow(stage);
  const redis = (...command: string[]) => execIn({ deployment, service }, ["redis-cli", ...command]);
  const heal = async () => void (await redis("ACL", "SETUSER", "default", "+psync", "+sync"));
  putOnRecord(stage, [{ kind: holding, target: service, isFault: false, effect: { data: "holds-copies-back" }, heal }]);
  await redis("ACL", "SETUSER", "default", "-psync", "-sync");
  await redis("CLIENT", "KILL", "TYPE", "replica");
}

/** Stops a server before the experiment begins, and waits until nobody reaches it. Healed with the faults, if nothing else does. */
export async function takeAway(stage: Stage, server: string): Promise<void> {
  const service = stage.service(nameOf(stage, server));
  const heal = () => service.start();
  putOnRecord(stage, [{ kind: takingAway, target: service.name, isFault: false, effect: { process: "ends" }, heal }]);
  await service.stop();
  await waitUntil({
    look: () => service.feel(),
    until: ({ answers }) => !answers,
    deadlineMs: confirmDeadlineMs,
    signal: stage.signal,
  });
}

/** Puts another application's keys into Redis servers. Removed with the faults. */
export async function fillServers(stage: Stage, servers: readonly string[]): Promise<void> {
  const services = servers.map((server) => stage.service(server));
  putOnRecord(
    stage,
    services.map((service) => ({
      kind: filling,
      target: service.name,
      isFault: false,
      effect: { data: "fills" as const },
      heal: () => service.redis().restore(),
    })),
  );
  await allOver(services.map((service) => service.redis().fill()));
}

/** Breaks all of these at the same moment, and waits for the two signs of each. */
export function injectFaults(stage: Stage, faults: readonly Fault[]): Promise<void> {
  return injectAll(stage, faults, { isFault: true });
}

/**
 * The same before the experiment, as a condition of it: the judge lays nothing to it. One whose two signs do not appear leaves open
 * whether the experiment was the one that was asked for.
 */
export function injectAsCondition(stage: Stage, faults: readonly Fault[]): Promise<void> {
  return injectAll(stage, faults, { isFault: true, condition: true });
}

async function injectAll(
  stage: Stage,
  faults: readonly Fault[],
  how: Pick<Broken, "isFault" | "condition">,
): Promise<void> {
  stage.answers.clear();
  const broken = faults.map(({ kind, target, effect, heal }) => ({
    ...{ kind, target, effect, ...how, heal: () => heal(stage.service(target)) },
  }));
  await inject(faults, {
    service: stage.service,
    begins: () => putOnRecord(stage, broken),
    tell: (fault, state, evidence) => noteFault(stage, { ...fault, ...how }, state, evidence),
    signal: stage.signal,
  });
}

/** Before anything is done: whatever happens next, it will be healed. */
function putOnRecord(stage: Stage, things: readonly Omit<Broken, "moment">[]): void {
  const moment = Math.max(0, ...stage.broken.map((broken) => broken.moment)) + 1;
  expectOtherLives(stage, things);
  for (const thing of things) {
    const { kind, target } = thing;
    stage.noteFault("breaking", { kind, target });
    stage.broken.push({ ...thing, moment });
    stage.hit.add(target);
    stage.failoversSeen.touched.add(target);
  }
}

/** @throws what the first of those that failed threw, when none is under way any more */
async function allOver<Done>(doings: readonly Promise<Done>[]): Promise<Done[]> {
  await Promise.allSettled(doings);
  return Promise.all(doings);
}
