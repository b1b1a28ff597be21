import type { Phase } from "../history/events.ts";
import type { Fault } from "../servers/fault.ts";
import type { Measure } from "./facts.ts";
import { type KnownBefore, type Target, tellTarget } from "./targets.ts";

/** The users of each architecture in three parts of equal size, so that some act before a moment and some after it. */
export type Third = "first" | "second" | "third";

/** The name, or names, that a target has in a plan. */
type NameOf = (target: Target) => string;

/** One kind of step: what it has to say besides its kind is what `tells` takes. */
interface Told<Fields> {
  /** The phase that it begins; without one it belongs to whatever phase it is. */
  phase?: Phase;
  /** How it is told before anything is started (`--dry-run`). */
  tells(step: Fields, nameOf: NameOf): string;
}

const told = <Fields = unknown>(entry: Told<Fields>): Told<Fields> => entry;

/**
 * The steps of which scenarios are made: one line each. A step that is added here gets a word in steps.ts, and is played by an entry in
 * cli/runner/steps: until there is one, the types do not fit.
 */
export const stepTable = {
  tell: told<{ text: string }>({ tells: ({ text }) => `"${text}"` }),
  "log-in": told<{ idleEnd?: "soon"; only?: readonly Third[] }>({
    phase: "baseline",
    tells: ({ idleEnd, only }) =>
      idleEnd ? "everyone logs in; sessions that nobody uses end within seconds" : `${who(only)} logs in`,
  }),
  shop: told<{ only?: readonly Third[] }>({ tells: ({ only }) => `${who(only)} puts an item into the cart` }),
  "read-back": told({ tells: () => "everyone is asked who they are, at least three times: the baseline" }),
  browse: told<{ forMs: number; untilAnsweredMs?: number }>({
    phase: "fault",
    tells: ({ forMs, untilAnsweredMs }) =>
      `everyone keeps browsing for ${forMs} ms or more${
        untilAnsweredMs === undefined ? "" : `, until all are answered, but at most ${untilAnsweredMs} ms`
      }`,
  }),
  "keep-shopping": told<{ forMs: number | "until-idle-end" }>({
    phase: "fault",
    tells: ({ forMs }) =>
      `every second user stays away, the others keep shopping ${forMs === "until-idle-end" ? "until idle sessions have ended" : `for ${forMs} ms or more`}`,
  }),
  "log-out": told({ phase: "fault", tells: () => "everyone logs out; the cookies from before are kept" }),
  change: told<{ what: "address" | "affinity-cookie" | "forged-affinity" }>({
    phase: "fault",
    tells: ({ what }) =>
      ({
        address: "everyone gets another client address",
        "affinity-cookie": "everyone loses the balancer's cookie",
        "forged-affinity": "everyone sends a balancer's cookie that leads to another app server",
      })[what],
  }),
  plant: told({ tells: () => "attackers plant an app's cookie in each browser" }),
  "try-planted": told({ phase: "fault", tells: () => "the attackers try the cookies that they planted" }),
  "try-copies": told({
    phase: "fault",
    tells: () => "thieves try the cookies that each browser had before its logout",
  }),
  forge: told({ phase: "fault", tells: () => "strangers send copied and made-up balancer's cookies" }),
  measure: told<{ measure: Measure; once?: true }>({ tells: ({ measure }) => `measured: ${measure.name}` }),
  given: told<{ faults: readonly Fault<Target>[] }>({
    tells: ({ faults }, nameOf) => faults.map((fault) => `given: ${tellFault(fault, nameOf)}`).join("\n     "),
  }),
  inject: told<{ faults: readonly Fault<Target>[] }>({
    phase: "fault",
    tells: ({ faults }, nameOf) => faults.map((fault) => tellFault(fault, nameOf)).join("\n     "),
  }),
  heal: told({ tells: () => "everything is repaired, and nginx uses every app server again" }),
  settle: told({ tells: () => "nothing is repaired: what was changed stays, and every policy goes by it" }),
  "check-in": told({ phase: "final", tells: () => "everyone is asked who they are: this decides" }),
};

export type Verb = keyof typeof stepTable;

/** A step of this kind; steps are data, the runner plays them in order. */
export type StepOf<Do extends Verb> = (typeof stepTable)[Do] extends Told<infer Fields> ? { do: Do } & Fields : never;
export type Step = { [Do in Verb]: StepOf<Do> }[Verb];

/** The same steps for one app server after the other. */
export interface ForEachAppServer {
  do: "for-each-app-server";
  steps: readonly Step[];
}

/** The steps in the order in which they are played on a subject with these app servers. */
export function takeTurns(steps: readonly (Step | ForEachAppServer)[], appServers: readonly string[]): Step[] {
  return steps.flatMap((step) =>
    step.do === "for-each-app-server"
      ? appServers.flatMap((server, turn) => step.steps.flatMap((one) => inTurnOf(server, turn, one)))
      : [step],
  );
}

function inTurnOf(server: string, turn: number, step: Step): Step[] {
  if (step.do === "measure" && step.once && turn > 0) return [];
  if (step.do !== "inject" && step.do !== "given") return [step];
  const faults = step.faults.map((fault) => (isThatServer(fault.target) ? { ...fault, target: server } : fault));
  return [{ ...step, faults }];
}

function isThatServer(target: Target): boolean {
  return typeof target === "object" && target.role === "that-server";
}

/** The phase that a step begins. */
export function phaseOf({ do: verb }: Step): Phase | undefined {
  return stepTable[verb].phase;
}

/** The steps, as they are told before anything is started. */
export function tellSteps(steps: readonly Step[], known: Pick<KnownBefore, "victim" | "services">): string[] {
  const nameOf: NameOf = (target) => tellTarget(target, known);
  return steps.map((step) => (stepTable[step.do] as Told<Step>).tells(step, nameOf));
}

function tellFault({ kind, target, experience }: Fault<Target>, nameOf: NameOf): string {
  return `${kind} ${nameOf(target)} (${experience})`;
}

function who(thirds: readonly Third[] | undefined): string {
  return thirds === undefined ? "everyone" : `the ${thirds.join(" and the ")} third of the users`;
}
