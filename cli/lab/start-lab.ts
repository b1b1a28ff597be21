import { randomBytes } from "node:crypto";
import { LabError } from "../errors.ts";
import { named, sparesAmong } from "../history/services.ts";
import { nameOfProcess, thisUser } from "../host/process-identity.ts";
import { type Guard, guardNewLab } from "../record/guard-lab.ts";
import { recordsHere } from "../record/record.ts";
import { groupProblems } from "../servers/server-groups.ts";
import { logOf } from "../subject/deployment.ts";
import type { Place } from "../subject/site.ts";
import { type Architecture, selectArchitectures } from "../theory/architectures.ts";
import { storesOf } from "../theory/stores.ts";
import type { Access } from "../users/access.ts";
import { clientAddresses } from "../users/client-address.ts";
import { VirtualUser } from "../users/virtual-user.ts";
import { labVersion } from "../version.ts";
import { lastSeen, type Waited, waitUntil } from "../wait.ts";
import { composeVersion } from "./compose.ts";
import { requireFreeLab } from "./free-lab.ts";
import type { Lab } from "./identity/lab.ts";
import { nameSuffix } from "./identity/lab-name.ts";
import { idsOf } from "./identity/labels.ts";
import { imageEnvironment, resolveImages } from "./images/images.ts";
import { describeStranger } from "./is-ours.ts";
import { openLabAccess } from "./lab-access.ts";
import { labDeployment } from "./lab-deployment.ts";
import type { LabEngine } from "./lab-engine.ts";
import { refuseUnreadableFiles } from "./mounted-files.ts";
import { ownServices, spareProfile } from "./own-services.ts";
import { refuseMisleading } from "./refuse-misleading.ts";
import { removeAll, removeLab } from "./remove-lab.ts";
import { startSomewhere } from "./start-somewhere.ts";

const appServers = named(ownServices, "app-server");
const spareServers = sparesAmong(ownServices);

/** A lab that does not answer by then has a problem that waiting does not solve. */
const readyDeadlineMs = 60_000;

export interface StartOptions {
  name: string;
  /** Strict when given; otherwise the first free one from 8080 on. */
  port?: number;
  /** Whether the lab is to outlive this command. */
  stays: boolean;
  /** Optional servers to start, by Compose profile. */
  profiles?: readonly string[];
  engine: LabEngine;
  signal: AbortSignal;
  /** Told what is going on, and which port and subnet were chosen. */
  say: (text: string) => void;
}

/**
 * Starts a lab and waits until every architecture answers a real request. When it fails or is interrupted, what it had started
 * is removed again; when this process dies, its watchdog removes it.
 *
 * @throws LabError (`engine-down`, `compose-missing`, `image-missing`, `port-taken`, `subnet-clash`, `not-ready`, `lab-busy`, ...)
 */
export async function startLab(options: StartOptions): Promise<Lab> {
  const { name, stays, engine } = options;
  const guard = guardNewLab(name);
  try {
    const lab = await startGuarded(options, guard);
    guard.note({ type: "ready", stays });
    return lab;
  } catch (error) {
    // By its id: of that name there may be a lab of somebody else, for whom this one has to make way.
    await removeLab({ name, id: guard.id }, engine);
    throw error;
  } finally {
    if (stays) await guard[Symbol.asyncDispose]();
  }
}

async function startGuarded(options: StartOptions, guard: Guard): Promise<Lab> {
  const { name, stays, profiles = [], engine, signal, say } = options;
  await engine.version();
  refuseUnreadableFiles();
  const [, images] = await Promise.all([composeVersion(), resolveImages({ profiles }), makeRoom(name, engine, say)]);
  const variables = {
    ...imageEnvironment(images),
    LAB_NAME: name,
    LAB_ID: guard.id,
    LAB_OWNER: nameOfProcess(guard.owner),
    LAB_BOOT: guard.owner.bootId,
    LAB_USER: thisUser(),
    LAB_HOST: guard.owner.host,
    LAB_PID_NAMESPACE: guard.owner.pidNamespace,
    LAB_RECORDS: recordsHere(),
    LAB_STAYS: stays ? "yes" : "no",
    LAB_VERSION: labVersion(),
    LAB_SESSION_SECRET: randomBytes(32).toString("base64url"),
    LAB_POSTGRES_PASSWORD: randomBytes(32).toString("base64url"),
    LAB_REDIS_PASSWORD: randomBytes(32).toString("base64url"),
    LAB_BALANCER_SECRET: randomBytes(32).toString("base64url"),
    COMPOSE_PROFILES: profiles.join(","),
    // Nobody reads the engine's opinion of a lab that is removed when its command is done, and asking costs half a processor.
    ...(stays ? {} : { LAB_HEALTH_INTERVAL: "10m" }),
  };
  const lab = await startSomewhere({ ...options, profiles, variables, guard });
  say("waiting until every architecture answers");
  await becomeReady(lab, selectArchitectures({ profiles }), engine, signal);
  return lab;
}

/**
 * Removes what is left of an earlier lab of this name. (One that has its balancer is not started again; nobody comes here.)
 *
 * @throws LabError (`lab-busy`) when the process that started it may still be at it, (`lab-of-another`, `stranger-in-the-way`)
 */
async function makeRoom(name: string, engine: LabEngine, say: (text: string) => void): Promise<void> {
  const { ours, strangers } = await engine.find({ name });
  refuseMisleading(strangers);
  if (ours.length === 0) return;
  await requireFreeLab(name, engine, { command: "lab down" });
  say(`removing what is left of an earlier lab "${name}"`);
  for (const stranger of strangers) say(`left alone: ${describeStranger(stranger)}`);
  // Not by its name alone: somebody else may start one of that name at this moment.
  for (const id of idsOf(await engine.startsOf(name))) await removeAll({ name, id }, engine);
}

/** The lab of this name, if its balancer exists on this engine. */
export async function findLab(name: string, engine: LabEngine): Promise<Lab | undefined> {
  return (await engine.labs()).find((lab) => lab.name === name);
}

/** Brings back to life whatever of a lab is stopped, paused or cut off, and waits until all of it answers. */
export async function reviveLab(lab: Lab, engine: LabEngine, signal: AbortSignal): Promise<void> {
  const deployment = labDeployment(lab, engine);
  for (const { service, running, paused, attached } of await deployment.states()) {
    if (paused) await (await deployment.containerOf(service)).unpause();
    if (!attached) await deployment.join(service);
    if (!running) await deployment.bring(service);
  }
  await becomeReady(lab, selectArchitectures(lab), engine, signal);
}

/**
 * First each app server by its own door, which answers when all of its connections to the store do (`/healthz`), for each store; then
 * each architecture: a policy that is asked while a server is not up yet takes that
 * server out for its whole failure window.
 *
 * @throws LabError (`not-ready`) naming who does not answer, and what it says instead
 */
export async function becomeReady(
  lab: Lab,
  architectures: readonly Architecture[],
  engine: LabEngine,
  signal: AbortSignal,
): Promise<void> {
  const stores = [...new Set(architectures.map(({ store }) => store.id))];
  const servers = [...appServers, ...(lab.profiles.includes(spareProfile) ? spareServers : [])];
  const places = servers.flatMap((appServer) => stores.map((store) => ({ appServer, store })));
  const access = openLabAccess(lab, engine, { connections: 8 });
  try {
    await groupsAgree({ lab, engine, signal });
    await allAnswer(places, (place) => askApp(place, access), { lab, engine, signal });
    await allAnswer(architectures, (architecture) => askArchitecture(architecture, access), { lab, engine, signal });
  } finally {
    await access.transport.close();
  }
}

/** @throws LabError (`not-ready`) */
async function groupsAgree({ lab, engine, signal }: Waiting): Promise<void> {
  const waited = await waitUntil({
    look: () => groupProblems(storesOf(lab), labDeployment(lab, engine)),
    until: (problems) => problems.length === 0,
    deadlineMs: readyDeadlineMs,
    signal,
  });
  if (!waited.ok) throw notReady(waited, (problems) => problems.join("; "), { lab, signal });
}

interface Waiting {
  lab: Lab;
  engine: LabEngine;
  signal: AbortSignal;
}

/** @returns what is wrong, or undefined */
async function askApp(place: Place, { door }: Access): Promise<string | undefined> {
  const { isWell, says } = await door.ask(place);
  return isWell ? undefined : `${place.appServer} with ${place.store}: ${says}`;
}

/** @returns what is wrong, or undefined */
async function askArchitecture(
  { id, host, policy }: Architecture,
  { site, transport, originOf }: Access,
): Promise<string | undefined> {
  const address = clientAddresses()();
  const visitor = new VirtualUser({ id: "visitor", origin: originOf(policy.id), host, address, nonce: "none" });
  const now = () => performance.now();
  const { status, reason } = await visitor.perform(
    "who-am-i",
    { site, transport, now },
    { phase: "baseline", connection: "fresh" },
  );
  return status === 200 ? undefined : `${id}: ${reason}`;
}

async function allAnswer<Asked>(
  asked: readonly Asked[],
  ask: (one: Asked) => Promise<string | undefined>,
  { lab, engine, signal }: Waiting,
): Promise<void> {
  let rest = [...asked];
  const waited = await waitUntil({
    look: async () => {
      const problems = await Promise.all(rest.map(ask));
      rest = rest.filter((_, index) => problems[index] !== undefined);
      const problem = problems.find((found) => found !== undefined);
      if (problem !== undefined) await nobodyGaveUp(lab, engine);
      return problem;
    },
    until: (problem) => problem === undefined,
    deadlineMs: readyDeadlineMs,
    signal,
  });
  if (!waited.ok) throw notReady(waited, String, { lab, signal });
}

function notReady<Seen>(
  waited: Waited<Seen>,
  say: (seen: Seen) => string,
  { lab, signal }: { lab: Lab; signal: AbortSignal },
): LabError {
  signal.throwIfAborted();
  const seconds = Math.round(waited.waitedMs / 1_000);
  return new LabError(`The lab did not become ready within ${seconds} s; ${lastSeen(waited, say)}.`, {
    id: "not-ready",
    todo: seeTheLogs(lab),
    exit: "environment",
  });
}

/** A service that ended will not answer, however long one waits. @throws LabError (`service-ended`) with its last words */
async function nobodyGaveUp(lab: Lab, engine: LabEngine): Promise<void> {
  const ended = (await engine.states(lab)).find(({ running, exitCode }) => !running && exitCode !== 0);
  if (!ended) return;
  const lastWords = (
    await logOf({ deployment: labDeployment(lab, engine), service: ended.service }, { from: "stderr" })
  )
    .trim()
    .split("\n")
    .at(-1);
  throw new LabError(
    `The service ${ended.service} ended with exit code ${ended.exitCode}: ${lastWords || "it said nothing"}`,
    {
      id: "service-ended",
      todo: seeTheLogs(lab),
      exit: "environment",
    },
  );
}

function seeTheLogs({ name }: Lab): string {
  const suffix = nameSuffix(name);
  return `Mend that, then run \`lab up${suffix}\` again; \`docker compose -f compose/compose.yaml up\` shows all that the services say.`;
}
