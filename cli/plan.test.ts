import { expect, it } from "vitest";
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
