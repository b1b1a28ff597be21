import { expect, it } from "vitest";
import type { ServiceFacts } from "../history/services.ts";
import { lookAtServers } from "../lab/look-at-lab.ts";
import { lookIntoServers } from "../lab/look-at-sessions.ts";
import type { Deployment } from "../subject/deployment.ts";
import { restoreSettings, sessionServerOf } from "./session-servers.ts";

/** Names that say nothing, or the wrong thing, of what runs there; `redis-like` is of a kind that nobody knows. */
const services: ServiceFacts[] = [
  { name: "postgres", role: "store", kind: "redis" },
  { name: "redis", role: "store", kind: "postgres" },
  { name: "redis-like", role: "store", kind: "fictitious" },
  { name: "redis-app", role: "app-server", kind: "node" },
  { name: "crew", role: "watcher", kind: "redis-sentinel" },
];

/** Notes who was asked by which program. */
function asked() {
  const programs: string[] = [];
  const deployment = {
    containerOf: async (service: string) => ({
      async exec([program, , script]: readonly string[]) {
        const isRedis = program === "redis-cli" || script?.includes("redis-cli") === true;
        programs.push(`${service}: ${isRedis ? "redis-cli" : program}`);
        return script?.includes("restored") ? "restored" : program === "redis-cli" ? "OK" : "0";
      },
      state: async () => ({ command: [] }),
    }),
  } as unknown as Deployment;
  return { deployment, programs: () => [...new Set(programs)].sort() };
}

it("the state of a server is asked for in the way of its kind, whatever its name", async () => {
  const { deployment, programs } = asked();
  const seen = await lookAtServers({ services, deployment }, []);
  expect(programs()).toEqual(["crew: redis-cli", "postgres: redis-cli", "redis: psql"]);
  expect(Object.values(seen).map((list) => list.map(({ service }) => service))).toEqual([
    ["postgres"],
    ["redis"],
    ["crew"],
  ]);
});

it("so are its sessions, and it is not asked where nobody knows its kind", async () => {
  const { deployment, programs } = asked();
  const seen = await lookIntoServers(services, { deployment, copies: new Set() });
  expect(programs()).toEqual(["postgres: redis-cli", "redis: psql"]);
  expect(seen.map(({ service }) => service)).toEqual(["postgres", "redis"]);
});

it("so it is emptied, and its settings are put back", async () => {
  const { deployment, programs } = asked();
  for (const facts of services) {
    const at = { deployment, service: facts.name };
    expect(await sessionServerOf(facts)?.empty(at)).toBe(
      facts.role === "store" && facts.kind !== "fictitious" ? true : undefined,
    );
    await restoreSettings(at, services);
  }
  expect(programs()).toEqual(["postgres: redis-cli", "redis: psql"]);
});
