import { LabError } from "../errors.ts";
import { named } from "../history/services.ts";
import { isSameProcess } from "../host/process-identity.ts";
import { type Guard, guardRunningLab } from "../record/guard-lab.ts";
import { type Adding, engineAddress, isDamaged, readRecord, recordPath } from "../record/record.ts";
import { selectArchitectures } from "../theory/architectures.ts";
import { type ComposeVariables, composeUp } from "./compose.ts";
import type { Lab } from "./identity/lab.ts";
import { labels } from "./identity/labels.ts";
import { imageEnvironment, resolveImages } from "./images/images.ts";
import type { LabEngine } from "./lab-engine.ts";
import { frontBalancer, ownServices } from "./own-services.ts";
import { refuseMisleading } from "./refuse-misleading.ts";
import { type Doomed, removeUntilQuiet } from "./remove-lab.ts";
import { servicesOf } from "./services.ts";
import { becomeReady } from "./start-lab.ts";

const appServers = named(ownServices, "app-server");

/**
 * Starts optional servers in a lab that runs. It is then as if it had been started with them: they stay as long as it does.
 * Nothing that runs is touched. When that fails, is interrupted or dies, what was started is removed again.
 *
 * @returns the lab as it is now
 * @throws LabError (`lab-busy` when another command is adding the same, `stranger-in-the-way`, `image-missing`, `not-ready`, ...)
 */
export async function addServers(
  lab: Lab,
  profiles: readonly string[],
  { engine, signal }: { engine: LabEngine; signal: AbortSignal },
): Promise<Lab> {
  if (profiles.length === 0) return lab;
  const wanted = profiles.flatMap(servicesOf);
  const there = (await engine.states(lab)).map(({ service }) => service);
  const { strangers } = await engine.find(lab);
  refuseMisleading(strangers.filter(({ service = "" }) => wanted.includes(service)));
  await using guard = guardRunningLab(lab);
  const { owner } = guard;
  const adding: Adding = { type: "adding", services: wanted.filter((service) => !there.includes(service)), owner };
  announce(adding, lab, guard);
  const grown = { ...lab, profiles: [...new Set([...lab.profiles, ...profiles])].sort() };
  try {
    await composeUp(lab, await variablesOf(grown, engine), { signal, guard, services: wanted });
    await becomeReady(grown, selectArchitectures(grown), engine, signal);
    guard.note({ type: "added", owner });
    return grown;
  } catch (error) {
    const left = await removeUntilQuiet(() => [beingAdded(lab, adding)], engine);
    if (left.length === 0) guard.note({ type: "withdrawn", owner });
    throw error;
  }
}

/** What there may be of servers that are not there to stay yet. */
export function beingAdded({ name }: Lab, { services, owner }: Adding): Doomed {
  return { name, services, madeFor: owner };
}

/**
 * Puts it on record. Of two commands that want to add the same servers, the one whose line comes first does.
 *
 * @throws LabError (`lab-busy`)
 */
function announce(adding: Adding, { name }: Lab, guard: Guard): void {
  const { services, owner } = adding;
  guard.note(adding);
  const record = readRecord(recordPath({ name, engine: engineAddress() }));
  if (!record || isDamaged(record)) return;
  const first = record.adding.find((other) => other.services.some((service) => services.includes(service)));
  if (!first || isSameProcess(first.owner, owner)) return;
  guard.note({ type: "withdrawn", owner });
  const { pid, host } = first.owner;
  throw new LabError(
    `Process ${pid} on ${host} is starting ${first.services.join(", ")} in the lab "${name}" already.`,
    {
      id: "lab-busy",
      todo: "Wait for it, then run the command again.",
      exit: "environment",
    },
  );
}

/** The same as at its start: a server with another secret would not know the others' cookies, and Compose would begin anew. */
async function variablesOf(lab: Lab, engine: LabEngine): Promise<ComposeVariables> {
  const [images, nginx, app] = await Promise.all([
    resolveImages(lab),
    engine.madeFrom(lab, frontBalancer),
    engine.madeFrom(lab, appServers[0]!),
  ]);
  const said = (label: string) => nginx.labels[label] ?? "";
  return {
    ...imageEnvironment({ ...images, nginx: nginx.image, node: app.image }),
    LAB_NAME: lab.name,
    LAB_ID: said(labels.id),
    LAB_OWNER: said(labels.owner),
    LAB_BOOT: said(labels.boot),
    LAB_USER: said(labels.user),
    LAB_HOST: said(labels.host),
    LAB_PID_NAMESPACE: said(labels.pidNamespace),
    LAB_STAYS: said(labels.stays),
    LAB_RECORDS: said(labels.records),
    LAB_VERSION: said(labels.version),
    LAB_SESSION_SECRET: app.environment.SESSION_SECRET ?? "",
    LAB_POSTGRES_PASSWORD: app.environment.POSTGRES_PASSWORD ?? "",
    LAB_REDIS_PASSWORD: app.environment.REDIS_PASSWORD ?? "",
    LAB_BALANCER_SECRET: app.environment.BALANCER_SECRET ?? "",
    LAB_PORT: String(lab.port),
    LAB_SUBNET_PREFIX: lab.subnetPrefix,
  };
}
