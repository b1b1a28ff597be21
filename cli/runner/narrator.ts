/** Speaks to the audience; never about results, which are the judge's. */
export interface Narrator {
  /** A sentence of the story. A presenter may take a while to tell it, or throw `Interrupted`. */
  tell(text: string): void | Promise<void>;
  /** What the lab is doing at the moment. */
  doing(text: string): void;
}

/** Thrown between steps when the run was interrupted. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}
