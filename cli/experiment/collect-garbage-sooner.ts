import { setFlagsFromString } from "node:v8";
import type { Plan } from "./plan.ts";

/** From so many users on, memory counts for more than the time that it takes to tidy it up. */
const crowd = 5_000;

/**
 * What a crowd keeps is long-lived and small beside what it leaves: by default V8 would let the heap double before it looks. V8 does not
 * document the flag. It reads it at each collection, so it may be set while the process runs.
 */
export function collectGarbageSooner({ users, architectures }: Pick<Plan, "users" | "architectures">): void {
  if (users * architectures.length >= crowd) setFlagsFromString("--heap-growing-percent=25");
}
