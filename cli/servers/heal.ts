/** Something that was done to a service and has to be undone. */
export interface Undoable {
  target: string;
  /** What was done at the same time has the same number, what was done later a higher one. */
  moment: number;
}

/**
 * Undoes everything, newest moment first. What was done at one moment to different services does not depend on each other and is
 * undone side by side.
 *
 * @param undo never throws: one that cannot be undone keeps nobody from undoing the others
 */
export async function newestFirst<Thing extends Undoable>(
  things: readonly Thing[],
  undo: (thing: Thing) => Promise<void>,
): Promise<void> {
  const moments = [...new Set(things.map(({ moment }) => moment))].sort((one, other) => other - one);
  for (const moment of moments) {
    const ofMoment = things.filter((thing) => thing.moment === moment).reverse();
    const targets = [...new Set(ofMoment.map(({ target }) => target))];
    await Promise.all(
      targets.map(async (target) => {
        for (const thing of ofMoment) if (thing.target === target) await undo(thing);
      }),
    );
  }
}
