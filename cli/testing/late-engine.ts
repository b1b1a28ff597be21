import type { LabEngine, Resource } from "../lab/lab-engine.ts";
import type { ContainerState } from "../subject/deployment.ts";

/** The lab that there is on the engine. */
export const lateLab = {
  name: "lab",
  id: "an-id",
  project: "session-lab-lab",
  port: 1,
  subnetPrefix: "172.28.99",
  profiles: [],
};

/** An engine on which what it was told before happens late: each time it is asked, the next of these is so. */
export function lateEngine({ resources = [], states = [] }: { resources?: Resource[][]; states?: ContainerState[][] }) {
  const done: string[] = [];
  const next = <Value>(coming: Value[][]) => Promise.resolve(coming.shift() ?? []);
  const engine = {
    labs: async () => [lateLab],
    resources: () => next(resources),
    states: () => next(states),
    remove: async (found: Resource[]) => void done.push(...found.map(({ name }) => `remove ${name}`)),
    attachedTo: async () => [],
    containerOf: async (_: unknown, service: string) => ({ id: service }),
    start: async (id: string) => void done.push(`start ${id}`),
  };
  return { engine: engine as unknown as LabEngine, done };
}

export const container = (service: string): Resource => ({
  kind: "container",
  id: `id-of-session-lab-lab-${service}-1`,
  name: `session-lab-lab-${service}-1`,
  lab: "lab",
  service,
});
