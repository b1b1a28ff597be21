import { expect, it } from "vitest";
import { collectPredictions } from "./collect-predictions.ts";
import { makePlan } from "./plan.ts";

const plan = await makePlan({
  ...{ scenarioId: "server-crash", users: 30, seed: 1, victim: "app2", name: "x", keep: false, command: "lab" },
  policies: ["cookie"],
  stores: ["memory", "redis"],
});
const nobody = { input: false, signal: new AbortController().signal };

it("takes predictions from the command line", async () => {
  expect(await collectPredictions(plan, "cookie.memory=20, cookie.redis=30", nobody)).toEqual([
    { architecture: "cookie.memory", survivors: 20 },
    { architecture: "cookie.redis", survivors: 30 },
  ]);
});

it.each(["cookie.memory", "cookie.memory=31", "cookie.memory=x", "cookie.nowhere=1", "server-crash", ""])(
  'refuses "%s", and says what a prediction is',
  async (given) => {
    await expect(collectPredictions(plan, given, nobody)).rejects.toMatchObject({
      id: "bad-prediction",
      message: `--predict is "${given}".`,
    });
  },
);

it("does not ask where nobody can answer", async () => {
  await expect(collectPredictions(plan, true, nobody)).rejects.toMatchObject({
    id: "no-terminal",
    todo: "Give the answers: --predict cookie.memory=30",
  });
});
