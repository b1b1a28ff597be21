import type { OperationEvent, OperationKind } from "../history/events.ts";
import type { Answers, Seen } from "../theory/facts.ts";
import type { Member } from "../users/population.ts";
import type { OperationOptions, UserTools } from "../users/virtual-user.ts";
import type { BrokenSoFar } from "./broken.ts";
import type { InPhase, RunContext } from "./run-context.ts";
import type { SessionsKept } from "./where-sessions-are.ts";

/** What the subjects of each architecture were answered since the last fault. */
export interface CountedAnswers {
  answers: Map<string, Pick<Seen, "answers" | "answersElsewhere">>;
}

export function noAnswers(): CountedAnswers {
  return { answers: new Map() };
}

export type Acting = Performing & InPhase & CountedAnswers & Elsewhere;
type Performing = Pick<RunContext, "site" | "transport" | "recorder">;
type Elsewhere = SessionsKept & Pick<BrokenSoFar, "broken">;

/** Has a user do something, writes it down and counts the answer. */
export async function act(
  run: Acting,
  { user, architecture, role }: Member,
  kind: OperationKind,
  options: Partial<OperationOptions> = {},
): Promise<OperationEvent> {
  const { recorder, phase } = run;
  const event = await user.perform(kind, toolsOf(run), { phase, ...options });
  recorder.record(event);
  if (role === "subject" && event.jar === "live") countAnswer(run, architecture.id, event);
  return event;
}

/** What a user performs an operation with. */
export function toolsOf({ site, transport, recorder }: Performing): UserTools {
  return { site, transport, now: () => recorder.now() };
}

function countAnswer(run: CountedAnswers & Elsewhere, architecture: string, event: OperationEvent): void {
  const { answers } = run;
  const none = { me: 0, "someone-else": 0, anonymous: 0, "store-unreachable": 0, none: 0, degraded: 0 };
  const before = answers.get(architecture) ?? { answers: none, answersElsewhere: none };
  answers.set(architecture, {
    answers: plus(before.answers, event),
    answersElsewhere: isElsewhere(run, event.user) ? plus(before.answersElsewhere, event) : before.answersElsewhere,
  });
}

/** The user's session is on a server that others share the sessions with, and that is not broken. */
export function isElsewhere({ keptOn, broken }: Elsewhere, user: string): boolean {
  const server = keptOn.get(user);
  return server !== undefined && !broken.some(({ target }) => target === server);
}

function plus(counted: Answers, { answer, degraded }: OperationEvent): Answers {
  return { ...counted, [answer]: counted[answer] + 1, degraded: counted.degraded + (degraded ? 1 : 0) };
}
