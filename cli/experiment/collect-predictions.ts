import { LabError } from "../errors.ts";
import type { Prediction } from "../report/predictions.ts";
import { askNumber, canAsk } from "../terminal/prompt.ts";
import type { Plan } from "./plan.ts";

/** A user wants to see something happen, not to answer more questions. */
const questionsAtMost = 5;
/** Asked first, because they differ in what they teach. */
const tellingPolicies = ["cookie", "ip-hash", "round-robin"];

/**
 * What somebody thinks will come of it: how many sessions of an architecture survive. Given with `--predict
 * cookie.memory=20,...`, asked for where not.
 *
 * @throws LabError (`bad-prediction`, `no-terminal`)
 */
export async function collectPredictions(
  plan: Pick<Plan, "architectures" | "users" | "scenario">,
  given: string | true,
  { input, signal }: { input: boolean; signal: AbortSignal },
): Promise<Prediction[]> {
  const ids = plan.architectures.map(({ id }) => id);
  if (given !== true) return given.split(",").map((part) => parsePrediction(part.trim(), plan.users, ids));
  if (!canAsk({ input }))
    throw new LabError("--predict asks questions, and nobody can answer here.", {
      id: "no-terminal",
      todo: `Give the answers: --predict ${ids[0]}=${plan.users}`,
      exit: "usage",
    });
  process.stderr.write(`${plan.scenario.question}\n`);
  const predictions: Prediction[] = [];
  for (const architecture of worthAsking(plan)) {
    const survivors = await askNumber(
      { message: `${architecture}: how many of ${plan.users} sessions survive?`, from: 0, to: plan.users },
      signal,
    );
    predictions.push({ architecture, survivors });
  }
  return predictions;
}

/** `cookie.memory=20` */
function parsePrediction(text: string, users: number, known: readonly string[]): Prediction {
  const [architecture = "", number = "", ...more] = text.split("=");
  const survivors = Number(number);
  if (more.length === 0 && known.includes(architecture) && /^\d+$/.test(number) && survivors <= users)
    return { architecture, survivors };
  throw new LabError(`--predict is "${text}".`, {
    id: "bad-prediction",
    todo: `Give an architecture of this run and a number from 0 to ${users}: --predict ${known[0]}=${users}; or --predict alone, after the scenario's name, to be asked.`,
    exit: "usage",
  });
}

/** The stores under one policy, and the policies with the first store: enough to be surprised. */
function worthAsking({ architectures }: Pick<Plan, "architectures">): string[] {
  const rank = (policy: string) => (tellingPolicies.includes(policy) ? tellingPolicies.indexOf(policy) : 99);
  const sorted = [...architectures].sort((a, b) => rank(a.policy.id) - rank(b.policy.id));
  const [first] = sorted;
  const chosen = sorted.filter(
    ({ policy, store }) => policy.id === first?.policy.id || (store.id === first?.store.id && rank(policy.id) < 99),
  );
  const byPolicy = chosen.filter(({ store }) => store.id === first?.store.id);
  const byStore = chosen.filter(({ store }) => store.id !== first?.store.id);
  return [...byPolicy, ...byStore].slice(0, questionsAtMost).map(({ id }) => id);
}
