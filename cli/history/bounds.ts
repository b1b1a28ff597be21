/**
 * Longest time that a history may name, in ms: thirty years. Clocks and disks break so that numbers get larger; nothing that is
 * drawn to the scale of such a run could be seen, or would end.
 */
export const longestTime = 1e12;

/**
 * Longest text that a history may have, in UTF-16 units; names are shorter still. What the lab writes are sentences, and lines of logs
 * and errors, which are cut to this.
 */
export const longestText = 1_000;

/** Longest name of a user, a service, a product, in UTF-16 units. */
export const longestName = 200;

/** Most items in a cart, of which a user adds a few. */
export const mostItems = 1_000;

/** Architectures, or servers, in one run: several times what the lab offers. Reports have a place for each. */
export const mostNames = 200;
