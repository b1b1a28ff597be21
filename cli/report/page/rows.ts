import { element } from "../../picture/dom.ts";

/** Rows of one height in a box that scrolls: only those in sight exist, so 2,000 of them cost as much as 50. */
export class Rows {
  readonly box: HTMLElement;
  readonly #inner: HTMLElement;
  readonly #rowHeight: number;
  readonly #shown = new Map<number, HTMLElement>();
  #count = 0;
  #make: (index: number) => HTMLElement = () => element("div");
  #showsAll = false;

  constructor({ rowHeight, label }: { rowHeight: number; label: string }) {
    this.#rowHeight = rowHeight;
    this.#inner = element("div", { class: "inner", role: "list", "aria-label": label });
    this.box = element("div", { class: "rows" }, this.#inner);
    this.box.addEventListener("scroll", () => this.#draw(), { passive: true });
    new ResizeObserver(() => this.#draw()).observe(this.box);
  }

  /** Shows other rows, from the first one on. */
  show(count: number, make: (index: number) => HTMLElement): void {
    this.#count = count;
    this.#make = make;
    for (const row of this.#shown.values()) row.remove();
    this.#shown.clear();
    this.#inner.style.height = `${count * this.#rowHeight}px`;
    this.box.style.height = `min(74vh, ${count * this.#rowHeight + 2}px)`;
    this.box.scrollTop = 0;
    this.#draw();
  }

  /** On paper nobody scrolls: the first rows, as many as are asked for, in full. */
  unroll(most: number | undefined): void {
    this.#showsAll = most !== undefined;
    this.box.classList.toggle("unrolled", this.#showsAll);
    const printed = Math.min(most ?? 0, this.#count);
    this.box.dataset.printed =
      printed < this.#count ? `The first ${printed} of ${this.#count}; choose others above.` : "";
    this.#inner.style.height = `${Math.min(most ?? this.#count, this.#count) * this.#rowHeight}px`;
    this.#draw(most);
  }

  #draw(most = this.#count): void {
    const first = this.#showsAll ? 0 : Math.max(0, Math.floor(this.box.scrollTop / this.#rowHeight) - 10);
    const seen = Math.ceil(this.box.clientHeight / this.#rowHeight);
    const end = Math.min(this.#showsAll ? most : first + seen + 20, this.#count);
    // Who works with the keyboard keeps the place, however far the others scroll.
    for (const [index, row] of this.#shown)
      if ((index < first || index >= end) && !row.contains(document.activeElement)) {
        row.remove();
        this.#shown.delete(index);
      }
    for (let index = first; index < end; index++) if (!this.#shown.has(index)) this.#add(index, end);
  }

  /** In the order of the list, for the keyboard and for readers. */
  #add(index: number, end: number): void {
    const row = this.#make(index);
    row.style.top = `${index * this.#rowHeight}px`;
    row.setAttribute("role", "listitem");
    row.setAttribute("aria-setsize", String(this.#count));
    row.setAttribute("aria-posinset", String(index + 1));
    this.#shown.set(index, row);
    let next = index + 1;
    while (next < end && !this.#shown.has(next)) next += 1;
    this.#inner.insertBefore(row, this.#shown.get(next) ?? null);
  }
}
