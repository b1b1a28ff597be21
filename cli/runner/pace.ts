import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** Requests under way at the same time: enough to keep the lab busy, few enough not to be the load that breaks it. */
export const actingAtOnce = 24;

/** A shuffler whose orders follow from the seed. In lockstep, round robin would hand each user the same server every time. */
export function seededShuffle(seed: number): <Item>(items: readonly Item[]) => Item[] {
  const random = xoroshiro128plus(seed);
  return (items) => {
    const shuffled = [...items];
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = uniformInt(random, 0, last);
      [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
    }
    return shuffled;
  };
}

/** Lets each item act once, `actingAtOnce` at a time, in the given order. Ends early, without error, when the signal says so. */
export async function eachInTurn<Item>(
  items: readonly Item[],
  act: (item: Item) => Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < items.length && !signal.aborted) await act(items[next++]!);
  };
  await Promise.all(Array.from({ length: Math.min(actingAtOnce, items.length) }, worker));
}
