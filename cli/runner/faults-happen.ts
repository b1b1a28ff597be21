import { masterOf } from "../docker/server-groups.ts";
import { LabError } from "../errors.ts";
import { evidenceFor, type Fault, type Signs, signsOf, unseenEvidence } from "../fault.ts";
import type { Evidence } from "../history/events.ts";
import { loadStores, serversOf } from "../lab/stores.ts";
import { everyRedis, fullest, master, victim } from "../scenario.ts";
import { waitUntil } from "../wait.ts";
import type { Stage } from "./stage.ts";
import { fullestServer } from "./where-sessions-are.ts";

/** A fault whose two signs have not both appeared by then hit nothing. */
const confirmDeadlineMs = 5_000;

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

async function masterNow({ architectures, lab, engine }: Stage): Promise<string> {
  const store = architectures.map((architecture) => architecture.store).find(({ group }) => group?.holds === "copies");
  const found = store && (await masterOf(store, lab, engine));
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
  const { engine, lab, undo } = stage;
  const service = await masterNow(stage);
  const redis = (...command: string[]) => engine.exec(lab, service, ["redis-cli", ...command]);
  stage.noteFault("breaking", { kind: holding, target: service });
  undo.push(async () => {
    await redis("ACL", "SETUSER", "default", "+psync", "+sync");
    stage.noteFault("healed", { kind: holding, target: service });
  });
  stage.hit.add(service);
  stage.failoversSeen.touched.add(service);
  await redis("ACL", "SETUSER", "default", "-psync", "-sync");
  await redis("CLIENT", "KILL", "TYPE", "replica");
}

/** Stops a server before the experiment begins, and waits until nobody reaches it. Healed with the faults, if nothing else does. */
export async function takeAway(stage: Stage, server: string): Promise<void> {
  const service = stage.service(nameOf(stage, server));
  stage.noteFault("breaking", { kind: takingAway, target: service.name });
  stage.takenAway.push(service);
  stage.failoversSeen.touched.add(service.name);
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
  for (const { name } of services) stage.noteFault("breaking", { kind: filling, target: name });
  stage.filled.push(...services);
  for (const { name } of services) stage.failoversSeen.touched.add(name);
  await Promise.all(services.map((service) => service.redis().fill()));
}

/** Breaks all of these at the same moment, and waits for the two signs of each. */
export async function injectFaults(stage: Stage, faults: readonly Fault[]): Promise<void> {
  stage.answers.clear();
  const before = await Promise.all(faults.map((fault) => signsOf(stage.service(fault.target), fault)));
  for (const fault of faults) {
    // On record and on the list before anything is done: whatever happens next, it will be healed.
    stage.noteFault("breaking", fault);
    note(stage, fault, "injecting");
    stage.broken.push(fault);
    stage.hit.add(fault.target);
    stage.failoversSeen.touched.add(fault.target);
  }
  await Promise.all(faults.map((fault, index) => injectOne(stage, fault, before[index]!)));
}

async function injectOne(stage: Stage, fault: Fault, before: Signs): Promise<void> {
  const service = stage.service(fault.target);
  try {
    await fault.inject(service);
  } catch (error) {
    note(stage, fault, "failed", [{ source: "engine", shows: false, says: (error as Error).message }]);
    return;
  }
  note(stage, fault, "injected");
  const { ok, seen = unseenEvidence(confirmDeadlineMs) } = await waitUntil({
    look: async () => evidenceFor(fault, await signsOf(service, fault), before),
    until: (evidence) => evidence.every(({ shows }) => shows),
    deadlineMs: confirmDeadlineMs,
    signal: stage.signal,
  });
  note(stage, fault, ok ? "confirmed" : "unconfirmed", seen);
}

/** Undoes all faults, newest first. Goes on when one cannot be undone, and leaves that on record. */
export async function healFaults(stage: Stage): Promise<void> {
  const faults = stage.broken.splice(0).reverse();
  for (const fault of faults) note(stage, fault, "healing");
  // Newest first; faults of one moment on different services do not depend on each other and heal together.
  const targets = [...new Set(faults.map(({ target }) => target))];
  await Promise.all(
    targets.map((target) =>
      healInOrder(
        stage,
        faults.filter((fault) => fault.target === target),
      ),
    ),
  );
  await Promise.all(
    stage.takenAway.splice(0).map(async (service) => {
      await service.start();
      stage.noteFault("healed", { kind: takingAway, target: service.name });
    }),
  );
  await Promise.all(
    stage.filled.splice(0).map(async (service) => {
      await service.redis().restore();
      stage.noteFault("healed", { kind: filling, target: service.name });
    }),
  );
  await Promise.all(stage.undo.splice(0).map((undo) => undo()));
}

async function healInOrder(stage: Stage, faults: readonly Fault[]): Promise<void> {
  for (const fault of faults) {
    try {
      await fault.heal(stage.service(fault.target));
      stage.noteFault("healed", fault);
      note(stage, fault, "healed");
    } catch (error) {
      note(stage, fault, "failed", [
        { source: "engine", shows: false, says: `not healed: ${(error as Error).message}` },
      ]);
    }
  }
}

function note(
  { recorder }: Stage,
  { kind, target }: Fault,
  state: "injecting" | "injected" | "unconfirmed" | "confirmed" | "healing" | "healed" | "failed",
  evidence?: Evidence[],
): void {
  recorder.record({ type: "fault", at: recorder.now(), kind, target, state, ...(evidence ? { evidence } : {}) });
}
