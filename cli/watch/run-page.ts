import type { HistoryEvent } from "../history/events.ts";
import { pageAssets } from "../picture/page-assets.ts";
import { Feed } from "./feed.ts";
import { servedPage } from "./page-html.ts";
import { servePage } from "./server.ts";
import { openPage } from "./show-page.ts";

/** A page that shows a run while it happens. */
export interface RunPage extends AsyncDisposable {
  onEvent: (event: HistoryEvent) => void;
  /** In a terminal: leaves the page there, to be played again, until Ctrl-C. */
  linger(): Promise<void>;
}

/** Says on stderr where the page is. Nothing can be broken from it: that would be another experiment. */
export async function openRunPage({ open }: { open: boolean }): Promise<RunPage> {
  const feed = new Feed();
  const server = await servePage({ page: servedPage({ faults: [] }), assets: pageAssets("watch"), feed });
  process.stderr.write(`Watch it: ${server.url}\n`);
  if (open) await openPage(server);
  return {
    onEvent: (event) => feed.record(event),
    async linger() {
      if (!process.stdin.isTTY || !process.stdout.isTTY) return;
      process.stderr.write("\nThe page plays the run again, as slowly as you like, until you press Ctrl-C.\n");
      const alive = setInterval(() => {}, 60_000);
      await new Promise((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
      clearInterval(alive);
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
