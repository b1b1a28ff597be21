/**
 * Adds to a set of very few, which is a list: an empty `Set` takes two hundred bytes, and the judge has six for each of 100,000
 * sessions.
 */
export function noteOnce<Item>(list: Item[], item: Item): void {
  if (!list.includes(item)) list.push(item);
}
