import type { ReadStream } from "node:tty";
import { wrap } from "../../report/text.ts";
import { type Move, nextMove, type Tempo } from "./move.ts";
import { type Page, type PageOptions, pageText } from "./slide.ts";

export interface Presenter {
  /** Shows a page and waits for the presenter. */
  show(page: Page, moves: PageOptions["moves"]): Promise<Move>;
  /** A line below the page that was shown last. */
  note(text: string): void;
}

export interface PresenterOptions extends Tempo {
  /** stderr can be cleared and redrawn. */
  live: boolean;
  colour: boolean;
  keyboard: ReadStream | undefined;
  signal: AbortSignal;
}

/** Presents on stderr: screen by screen in a terminal, as plain lines elsewhere. */
export function openPresenter({ live, colour, ...waiting }: PresenterOptions): Presenter {
  const { stderr } = process;
  let titleBefore = "";
  return {
    async show(page, moves) {
      if (live) {
        const { columns = 80, rows = 24 } = stderr;
        stderr.write(`\u001b[2J\u001b[H${pageText(page, { columns, rows, colour, moves })}`);
      } else {
        const lines = [...(page.title === titleBefore ? [] : [page.title]), ...page.text].flatMap((text) =>
          text.startsWith("  ") ? [text] : wrap(text, stderr.columns || 80),
        );
        stderr.write(`${lines.join("\n")}\n\n`);
      }
      titleBefore = page.title;
      const move = await nextMove(waiting);
      if (live) stderr.write("\n");
      return move;
    },
    note: (text) => void stderr.write(`${live ? "    " : "  "}${text}\n`),
  };
}
