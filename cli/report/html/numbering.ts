/** Gives each text a number, the same text the same one. */
export class Numbering {
  readonly #numbers = new Map<string, number>();

  /** @param texts that have their numbers from the beginning, in this order */
  constructor(texts: readonly string[] = []) {
    for (const text of texts) this.of(text);
  }

  of(text: string): number {
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    this.#numbers.set(text, this.#numbers.size);
    return this.#numbers.size - 1;
  }

  all(): string[] {
    return [...this.#numbers.keys()];
  }
}
