import { Interrupted, type Narrator } from "../runner/narrator.ts";
import type { Presenter } from "../terminal/present/presenter.ts";

/** The narrator of a scenario that is shown to a room: it pauses before each sentence's steps are played. */
export interface PresentingNarrator extends Narrator {
  /** The presenter wants to begin again; the run that this interrupted does not count. */
  readonly again: boolean;
}

const moves = {
  next: "go on",
  back: "sentence before",
  again: "from the beginning",
  skip: "no more pauses",
  quit: "end",
};

export function presentScenario(presenter: Presenter, title: string): PresentingNarrator {
  const told: string[] = [];
  let [again, pausing] = [false, true];
  return {
    get again() {
      return again;
    },
    async tell(text) {
      told.push(text);
      if (!pausing) return presenter.note(text);
      let at = told.length - 1;
      while (at < told.length) {
        const page = { title, text: [told[at]!], position: String(at + 1) };
        const move = await presenter.show(page, moves);
        if (move === "next") at += 1;
        if (move === "back") at = Math.max(0, at - 1);
        if (move === "skip") pausing = false;
        if (move === "skip") return;
        if (move === "again") again = true;
        if (move === "again") throw new Interrupted("the presenter began again");
        if (move === "quit") throw new Interrupted("the presenter ended it");
      }
    },
    doing: (text) => presenter.note(text),
  };
}
