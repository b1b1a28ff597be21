import { randomBytes } from "node:crypto";

/** A browser that is started for it takes a while; after that nobody waits for it any more. */
const goodForMs = 120_000;

/**
 * Goes into the address that is handed to a browser, where every user of the machine can read it: a command line. So it is good
 * once, and leads to the address that is not on any.
 */
export class CodeForOnce {
  readonly text: string = randomBytes(24).toString("base64url");
  readonly #madeAt = performance.now();
  readonly #onSecondUse: () => void;
  #isUsed = false;

  /** @param options.onSecondUse somebody brings it again */
  constructor({ onSecondUse }: { onSecondUse: () => void }) {
    this.#onSecondUse = onSecondUse;
  }

  /** Takes it from whoever brings it. */
  take(): "good" | "used" | "late" {
    if (this.#isUsed) {
      this.#onSecondUse();
      return "used";
    }
    if (performance.now() - this.#madeAt > goodForMs) return "late";
    this.#isUsed = true;
    return "good";
  }
}
