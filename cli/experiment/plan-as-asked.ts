import { randomInt } from "node:crypto";
import { usualVictim } from "../lab/own-services.ts";
import { loadStores } from "../theory/stores.ts";
import { commandLine } from "./command-line.ts";
import { defaultUsers } from "./default-users.ts";
import { makePlan, type Plan } from "./plan.ts";

/** Of the Redis stores only those with an append-only file, or only those without. */
export type Persistence = "aof" | "no-aof";

/** What somebody asks for on the command line; what was left out is undefined. */
export interface AskedRun {
  policy?: readonly string[];
  store?: readonly string[];
  persistence?: Persistence | undefined;
  users: number;
  seed?: number;
  victim?: string;
  trials: number;
  name: string;
  port?: number;
  keep?: boolean;
  wait?: boolean;
}

/**
 * The complete plan. It keeps what the user chose, so that the reports can say how to repeat the run.
 *
 * @throws LabError as `makePlan`
 */
export function planAsAsked(
  scenarioId: string,
  { policy, store, persistence, users, seed, victim, trials, name, keep = false, wait = false, port }: AskedRun,
): Promise<Plan> {
  const stores = store ?? (persistence && storesWith(persistence));
  return makePlan({
    scenarioId,
    users,
    seed: seed ?? randomInt(2 ** 31),
    victim: victim ?? usualVictim,
    name,
    keep,
    wait,
    command: commandLine(["scenario", scenarioId], {
      "--policy": policy,
      "--store": store,
      "--aof": persistence === "aof" || undefined,
      "--no-aof": persistence === "no-aof" || undefined,
      "--users": users === defaultUsers ? undefined : users,
      "--victim": victim,
      "--trials": trials === 1 ? undefined : trials,
      "--seed": seed,
    }),
    asked: {
      ...(users === defaultUsers ? {} : { users }),
      ...(victim === undefined ? {} : { victim }),
      ...(trials === 1 ? {} : { trials }),
    },
    ...(port === undefined ? {} : { port }),
    ...(policy === undefined ? {} : { policies: policy }),
    ...(stores === undefined ? {} : { stores }),
  });
}

function storesWith(wanted: Persistence): string[] {
  return loadStores()
    .filter(({ profile }) => profile === null)
    .filter(({ persistence }) => persistence !== null && (persistence === "append-only") === (wanted === "aof"))
    .map(({ id }) => id);
}
