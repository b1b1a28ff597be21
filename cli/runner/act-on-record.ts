import type { OperationEvent, OperationKind } from "../history/events.ts";
import type { Answers } from "../theory/scenario.ts";
import type { Member } from "../users/population.ts";
import type { OperationOptions, UserTools } from "../users/virtual-user.ts";
import type { Stage } from "./stage.ts";

/** Has a user do something, writes it down and counts the answer. */
export async function act(
  stage: Stage,
  { user, architecture, role }: Member,
  kind: OperationKind,
  options: Partial<OperationOptions> = {},
): Promise<OperationEvent> {
  const { recorder, phase } = stage;
  const event = await user.perform(kind, toolsOf(stage), { phase, ...options });
  recorder.record(event);
  if (role === "subject" && event.jar === "live") countAnswer(stage, architecture.id, event);
  return event;
}

/** What a user performs an operation with. */
export function toolsOf({ site, transport, recorder }: Pick<Stage, "site" | "transport" | "recorder">): UserTools {
  return { site, transport, now: () => recorder.now() };
}

function countAnswer(stage: Stage, architecture: string, event: OperationEvent): void {
  const { answers } = stage;
  const none = { me: 0, "someone-else": 0, anonymous: 0, "store-unreachable": 0, none: 0, degraded: 0 };
  const before = answers.get(architecture) ?? { answers: none, answersElsewhere: none };
  answers.set(architecture, {
    answers: plus(before.answers, event),
    answersElsewhere: isElsewhere(stage, event.user) ? plus(before.answersElsewhere, event) : before.answersElsewhere,
  });
}

/** The user's session is on a server that others share the sessions with, and that is not broken. */
export function isElsewhere({ keptOn, broken }: Pick<Stage, "keptOn" | "broken">, user: string): boolean {
  const server = keptOn.get(user);
  return server !== undefined && !broken.some(({ target }) => target === server);
}

function plus(counted: Answers, { answer, degraded }: OperationEvent): Answers {
  return { ...counted, [answer]: counted[answer] + 1, degraded: counted.degraded + (degraded ? 1 : 0) };
}
