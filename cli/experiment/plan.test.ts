import { expect, it } from "vitest";
import { scenarioIds } from "../catalogue.ts";
import { labServices } from "../lab/services.ts";
import { canTouch, faultsOf } from "../theory/fault-reach.ts";
import { loadPolicies } from "../theory/policies.ts";
import { loadStores } from "../theory/stores.ts";
import { makePlan } from "./plan.ts";

const rest = { users: 3, seed: 1, victim: "app2", name: "lab", keep: false, command: "lab" };

it.each([
  ["redis-crash", { policies: ["cookie"], stores: ["redis"] }, ["cookie.memory", "cookie.redis"]],
  ["scale-out", { policies: ["ip-hash"], stores: ["memory"] }, ["cookie.memory", "ip-hash.memory"]],
  ["blue-green", { policies: ["cookie"], stores: ["memory"] }, ["cookie.memory"]],
  ["server-crash", { policies: ["ip-hash"], stores: ["redis"] }, ["ip-hash.redis"]],
])("%s of %j takes along what it has to be compared with", async (scenarioId, chosen, planned) => {
  const { architectures } = await makePlan({ ...rest, ...chosen, scenarioId });
  expect(architectures.map(({ id }) => id)).toEqual(planned);
});

const whatever = "touches nobody otherwise, and nothing would be tested.";

it.each([
  ["redis-crash", { policies: ["cookie"], stores: ["memory"] }, ["cookie.memory", "cookie.redis"], "redis"],
  ["redis-outage", { policies: ["cookie"], stores: ["jwt"] }, ["cookie.jwt", "cookie.memory", "cookie.redis"], "redis"],
  [
    "redis-failover",
    { policies: ["cookie"], stores: ["redis"] },
    ["cookie.redis", "cookie.redis-sentinel"],
    "redis-sentinel",
  ],
  [
    "redis-cluster-node-loss",
    { policies: ["cookie"], stores: ["redis"] },
    ["cookie.redis", "cookie.redis-cluster"],
    "redis-cluster",
  ],
  [
    "redis-aof-late",
    { policies: ["cookie"], stores: ["jwt"] },
    ["cookie.jwt", "cookie.memory", "cookie.redis-rdb"],
    "redis-rdb",
  ],
  [
    "balancer-restart",
    { policies: ["cookie"], stores: ["memory"] },
    ["cookie.memory", "cookie-learn.memory"],
    "cookie-learn",
  ],
  ["scale-out", { policies: ["cookie"], stores: ["memory"] }, ["cookie.memory", "cookie-hash.memory"], "cookie-hash"],
])(
  "%s of %j, where its faults touch nobody, takes something along that they touch",
  async (scenarioId, chosen, planned, added) => {
    const { architectures, alsoTakesPart } = await makePlan({ ...rest, ...chosen, scenarioId });
    expect(architectures.map(({ id }) => id)).toEqual(planned);
    expect(alsoTakesPart?.at(-1)).toBe(`${added} takes part, too, for ${scenarioId} ${whatever}`);
  },
);

it.each([
  ["server-crash", ["jwt"]],
  ["redis-outage", ["memory", "jwt-denylist"]],
  ["redis-crash", ["redis-fallback"]],
  ["session-expiry", ["jwt"]],
])("%s of cookie and %j touches somebody, or breaks nothing: nothing is added for that", async (scenarioId, stores) => {
  const { alsoTakesPart } = await makePlan({ ...rest, policies: ["cookie"], stores, scenarioId });
  expect(alsoTakesPart?.filter((says) => says.endsWith(whatever))).toEqual([]);
});

it("every scenario that breaks something touches somebody, whichever store or policy one asks for", async () => {
  const untouched: string[] = [];
  for (const scenarioId of scenarioIds())
    for (const chosen of [
      ...loadStores().map(({ id }) => ({ stores: [id] })),
      ...loadPolicies().map(({ id }) => ({ policies: [id] })),
    ]) {
      const { scenario, architectures, victim } = await makePlan({ ...rest, ...chosen, scenarioId });
      if (
        faultsOf(scenario).length > 0 &&
        !architectures.some((one) => canTouch(scenario, one, { victim, services: labServices() }))
      )
        untouched.push(`${scenarioId} ${JSON.stringify(chosen)}`);
    }
  expect(untouched).toEqual([]);
});

it("more users in all than a history may tell of are refused before anything is started", async () => {
  const plan = (users: number) =>
    makePlan({
      ...rest,
      users,
      scenarioId: "login",
      policies: ["cookie"],
      stores: ["redis", "memory", "jwt", "spring", "redis-aof"],
    });
  await expect(plan(80_000)).resolves.toMatchObject({ users: 80_000 });
  await expect(plan(80_001)).rejects.toThrow("80001 users on each of 5 architectures are 400005 users.");
});
