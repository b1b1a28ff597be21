import type { FaultEvent } from "../history/events.ts";
import type { Condition, LookEvent } from "../picture/moments.ts";

/** Of looks that come several times a second, only what they tell that nobody knew. */
export class LooksThatTell {
  readonly #conditions = new Map<string, Condition>();
  readonly #sessions = new Map<string, number | null>();
  readonly #faultedAt = new Map<string, number>();

  /** @returns undefined when all of it was known */
  newIn({ type, at, conditions, sessions }: LookEvent): LookEvent | undefined {
    const isOld = (service: string) => at < (this.#faultedAt.get(service) ?? 0);
    const told = {
      type,
      at,
      conditions: changes(this.#conditions, conditions, isOld),
      sessions: changes(this.#sessions, sessions),
    };
    return [told.conditions, told.sessions].some((found) => Object.keys(found).length > 0) ? told : undefined;
  }

  /** What was seen of a service before a fault came says nothing any more, as pictures have it (`noteInPicture`). */
  forget({ target, at }: FaultEvent): void {
    this.#conditions.delete(target);
    this.#faultedAt.set(target, at);
  }
}

/** Those that are new; they are known from then on. */
function changes<Value>(
  known: Map<string, Value>,
  seen: Record<string, Value>,
  isOld: (key: string) => boolean = () => false,
): Record<string, Value> {
  const found = Object.entries(seen).filter(([key, value]) => !isOld(key) && known.get(key) !== value);
  for (const [key, value] of found) known.set(key, value);
  return Object.fromEntries(found);
}
