import { type Figure, figure, type Measurement, say, timed } from "./figure.ts";

const policies = ["cookie", "ip-hash", "cookie-hash", "node-cookie"];
const stores = ["memory", "redis", "redis-rdb", "redis-aof"];

/**
 * How the cost grows: ten, a hundred and a thousand users on one, four and sixteen architectures, in milliseconds a user. Where
 * cost is linear, these fall towards a constant: what a run takes anyway is shared by more and more users.
 */
export const measureGrowth: Measurement = async ({ lab }) => {
  await lab("up");
  const figures: Figure[] = [];
  for (const [policyCount, storeCount] of [
    [1, 1],
    [2, 2],
    [4, 4],
  ] as const)
    for (const users of [10, 100, 1_000]) {
      const [some, others] = [policies.slice(0, policyCount), stores.slice(0, storeCount)];
      const total = users * policyCount * storeCount;
      const ms = await timed(() =>
        lab("scenario", "login", "--policy", some.join(), "--store", others.join(), "--users", `${users}`),
      );
      say(`growth: ${users} users x ${policyCount * storeCount} architectures: ${Math.round(ms)} ms`);
      const cells = policyCount * storeCount;
      const what = `\`login\`, ${users} users on ${cells} architecture${cells === 1 ? "" : "s"}`;
      figures.push(figure(what, "milliseconds a user", [ms / total]));
    }
  await lab("down");
  return figures;
};
