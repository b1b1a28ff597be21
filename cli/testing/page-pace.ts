import type { Page } from "playwright-core";

/**
 * How long a piece of work takes in a page that is always the same: numbers are hashed, kept in a map and sorted. What the page's own
 * code takes is compared with it, in the same run: a bound in seconds would measure the machine.
 *
 * @returns ms, of the middle one of five turns
 */
export function paceOf(page: Page): Promise<number> {
  return page.evaluate(() => {
    const turns = Array.from({ length: 5 }, () => {
      const began = performance.now();
      const seen = new Map<number, number>();
      let hash = 1;
      for (let step = 0; step < 200_000; step++) {
        hash = (Math.imul(hash, 31) + step) | 0;
        seen.set(hash, step);
      }
      [...seen.keys()].sort((a, b) => a - b);
      return performance.now() - began;
    });
    return turns.sort((a, b) => a - b)[2]!;
  });
}
