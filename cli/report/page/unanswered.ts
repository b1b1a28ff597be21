import type { Answer } from "../../history/events.ts";

/** Answers that say nothing of the session. */
export function isUnanswered(answer: Answer): boolean {
  return answer === "none" || answer === "store-unreachable";
}
