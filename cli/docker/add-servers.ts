import { selectArchitectures } from "../lab/architectures.ts";
import { labels } from "../lab/labels.ts";
import { servicesOf } from "../lab/stores.ts";
import { appServers, balancer, type Lab } from "../lab/topology.ts";
import { type ComposeVariables, composeUp } from "./compose.ts";
import type { Engine } from "./engine.ts";
import { imageEnvironment, resolveImages } from "./images.ts";
import { becomeReady } from "./start-lab.ts";

/**
 * Starts optional servers in a lab that runs. It is then as if it had been started with them: they stay as long as it does.
 * Nothing that runs is touched. When that fails or is interrupted, what was started is removed again.
 *
 * @returns the lab as it is now
 * @throws LabError (`image-missing`, `not-ready`, ...)
 */
export async function addServers(
  lab: Lab,
  profiles: readonly string[],
  { engine, signal }: { engine: Engine; signal: AbortSignal },
): Promise<Lab> {
  if (profiles.length === 0) return lab;
  const before = new Set((await engine.resources(lab)).map(({ kind, name }) => `${kind} ${name}`));
  const grown = { ...lab, profiles: [...new Set([...lab.profiles, ...profiles])].sort() };
  try {
    await composeUp(lab, await variablesOf(grown, engine), { signal, services: profiles.flatMap(servicesOf) });
    await becomeReady(grown, selectArchitectures(grown), engine, signal);
    return grown;
  } catch (error) {
    const now = await engine.resources(lab);
    await engine.remove(now.filter(({ kind, name }) => !before.has(`${kind} ${name}`)));
    throw error;
  }
}

/** The same as at its start: a server with another secret would not know the others' cookies, and Compose would begin anew. */
async function variablesOf(lab: Lab, engine: Engine): Promise<ComposeVariables> {
  const [images, nginx, app] = await Promise.all([
    resolveImages(lab),
    engine.madeFrom(lab, balancer),
    engine.madeFrom(lab, appServers[0]!),
  ]);
  const said = (label: string) => nginx.labels[label] ?? "";
  return {
    ...imageEnvironment({ ...images, nginx: nginx.image, node: app.image }),
    LAB_NAME: lab.name,
    LAB_ID: said(labels.id),
    LAB_OWNER: said(labels.owner),
    LAB_BOOT: said(labels.boot),
    LAB_VERSION: said(labels.version),
    LAB_SESSION_SECRET: app.environment.SESSION_SECRET ?? "",
    LAB_POSTGRES_PASSWORD: app.environment.POSTGRES_PASSWORD ?? "",
    LAB_PORT: String(lab.port),
    LAB_SUBNET_PREFIX: lab.subnetPrefix,
  };
}
