/** A presenter takes all the time that a room needs: that changes no verdict. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { runExperiment } from "../experiment/experiment.ts";
import sessionExpiry from "../scenarios/session-expiry.ts";
import { fatesOf, labCommand } from "../testing/run-lab.ts";
import { selectArchitectures } from "../theory/architectures.ts";
import { takeTurns } from "../theory/step-table.ts";

const name = "test-pauses";
const command = labCommand({ name });
const scenario = { ...sessionExpiry, steps: takeTurns(sessionExpiry.steps, []) };

beforeAll(async () => {
  await command.up();
  process.env.LAB_HOME = command.home;
});
afterAll(async () => {
  await command.run(["down"]);
  command[Symbol.dispose]();
});

it("session-expiry comes out the same when its presenter pauses for several idle times before each sentence", async () => {
  let idleMs = 0;
  const told: string[] = [];
  const { result } = await runExperiment(
    {
      ...{ scenarioId: "session-expiry", scenario, users: 3, seed: 7, victim: "app2", name, keep: true },
      architectures: selectArchitectures({
        policies: ["cookie", "round-robin"],
        stores: ["memory", "redis", "postgres", "jwt"],
      }),
      command: "",
      onEvent: (event) => {
        if (event.type === "user") idleMs = event.idleMs ?? 0;
      },
    },
    {
      // The first sentence comes before the logins: nobody's time runs yet.
      tell: async (text) => void (await sleep(told.push(text) === 1 ? 0 : 2.5 * idleMs)),
      doing: () => {},
    },
    { signal: new AbortController().signal, received: undefined, onSecond: async () => {}, release: () => {} },
  );
  expect(told).toHaveLength(4);
  expect(idleMs).toBeGreaterThan(0);
  expect([result.verdict, ...fatesOf(result)]).toEqual([
    "confirmed",
    "cookie.jwt: 1 lost, 2 survived",
    "cookie.memory: 1 lost, 2 survived",
    "cookie.postgres: 1 lost, 2 survived",
    "cookie.redis: 1 lost, 2 survived",
    "round-robin.jwt: 1 lost, 2 survived",
    "round-robin.memory: 3 unstable",
    "round-robin.postgres: 1 lost, 2 survived",
    "round-robin.redis: 1 lost, 2 survived",
  ]);
});
