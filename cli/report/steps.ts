import type { Step, Third } from "../theory/scenario.ts";
import { plural } from "./words.ts";

export interface StepsOptions {
  title: string;
  steps: readonly Step[];
  /** Ids. */
  architectures: readonly string[];
  /** What takes part without having been asked for, in sentences. */
  alsoTakesPart?: readonly string[];
  /** The app server that takes the place of the word "victim". */
  victim: string;
  /** Per architecture. */
  users: number;
  /** Nobody gave a seed: each time it is another one. */
  isDrawn: boolean;
  /** How often the steps are played, and what differs. */
  runs: readonly { seed: number; victim: string; faultDelayMs?: number }[];
}

/** The steps of a scenario, for `--dry-run`. */
export function stepsReport({
  title,
  steps,
  architectures,
  alsoTakesPart = [],
  victim,
  ...rest
}: StepsOptions): string {
  const lines = steps.map((step, index) => `${String(index + 1).padStart(3)}. ${describe(step, victim)}`);
  return [
    title,
    `on ${architectures.join(", ")}`,
    ...alsoTakesPart,
    ...describeRuns({ victim, ...rest }),
    "",
    ...lines,
    "",
    "Nothing was started (--dry-run).",
    "",
  ].join("\n");
}

function describeRuns({ users, victim, isDrawn, runs }: Pick<StepsOptions, "users" | "victim" | "isDrawn" | "runs">) {
  const each = `${plural(users, "user")} each`;
  const seedOf = (seed: number) => (isDrawn ? "a seed that is drawn" : `seed ${seed}`);
  if (runs.length === 1) return [`${each}, victim ${victim}, ${seedOf(runs[0]!.seed)}`];
  return [
    `${each}, ${runs.length} trials:`,
    ...runs.map((run, index) => {
      const delay = isDrawn ? "" : `, its faults ${run.faultDelayMs ?? 0} ms later`;
      return `  trial ${index + 1}: victim ${run.victim}, ${seedOf(run.seed)}${delay}`;
    }),
  ];
}

function describe(step: Step, victim: string): string {
  switch (step.do) {
    case "tell":
      return `"${step.text}"`;
    case "log-in":
      return step.idleEnd
        ? "everyone logs in; sessions that nobody uses end within seconds"
        : `${who(step.only)} logs in`;
    case "shop":
      return `${who(step.only)} puts an item into the cart`;
    case "read-back":
      return "everyone is asked who they are, at least three times: the baseline";
    case "browse":
      return `everyone keeps browsing for ${step.forMs} ms or more${
        step.untilAnsweredMs === undefined ? "" : `, until all are answered, but at most ${step.untilAnsweredMs} ms`
      }`;
    case "log-out":
      return "everyone logs out; the cookies from before are kept";
    case "change":
      return {
        address: "everyone gets another client address",
        "affinity-cookie": "everyone loses the balancer's cookie",
        "forged-affinity": "everyone sends a balancer's cookie that leads to another app server",
      }[step.what];
    case "plant":
      return "attackers plant an app's cookie in each browser";
    case "try-planted":
      return "the attackers try the cookies that they planted";
    case "try-copies":
      return "thieves try the cookies that each browser had before its logout";
    case "forge":
      return "strangers send copied and made-up balancer's cookies";
    case "keep-shopping":
      return `every second user stays away, the others keep shopping ${step.forMs === "until-idle-end" ? "until idle sessions have ended" : `for ${step.forMs} ms or more`}`;
    case "fill":
      return `another application fills ${step.servers.join(", ")} with its keys`;
    case "take-away":
      return `${step.server === "victim" ? victim : step.server} is stopped, before anybody logs in`;
    case "measure":
      return `measured: ${step.measure.name}`;
    case "save":
      return `${step.server} writes a snapshot`;
    case "hold-copies":
      return "the master refuses its replicas: from now on nothing is copied";
    case "inject":
      return step.faults
        .map(({ kind, target, experience }) => `${kind} ${target === "victim" ? victim : target} (${experience})`)
        .join("\n     ");
    case "heal":
      return "everything is repaired, and nginx uses every app server again";
    case "settle":
      return "nothing is repaired: what was changed stays, and every policy goes by it";
    case "check-in":
      return "everyone is asked who they are: this decides";
  }
}

function who(thirds: readonly Third[] | undefined): string {
  return thirds === undefined ? "everyone" : `the ${thirds.join(" and the ")} third of the users`;
}
