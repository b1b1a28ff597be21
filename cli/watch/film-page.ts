import { replaceFile } from "../host/replace-file.ts";
import type { Film } from "../picture/film.ts";
import type { PictureEvent } from "../picture/moments.ts";
import { pageAssets } from "../picture/page-assets.ts";
import { EventPacker } from "../report/html/event-packer.ts";
import { listenForInterrupts } from "../terminal/interrupt.ts";
import { Feed } from "./feed.ts";
import type { PageData } from "./page-data.ts";
import { filmPage, servedPage } from "./page-html.ts";
import { servePage } from "./server.ts";
import { openPage, untilInterrupted } from "./show-page.ts";

/** Writes a stored run as one file that plays it in any browser, without a server. */
export async function writeFilm(film: Film, file: string): Promise<void> {
  const [run] = film.moments.events;
  const title = run?.type === "run" ? `${run.scenario.id}: ${run.scenario.title}` : "A run without a beginning";
  await replaceFile(file, filmPage(title, await dataOf(film), pageAssets("watch")), { mode: 0o600 });
}

/** Serves a stored run on the loopback interface until Ctrl-C. */
export async function serveFilm(film: Film, { open }: { open: boolean }): Promise<void> {
  const interrupt = listenForInterrupts();
  try {
    await using server = await servePage({
      page: servedPage(await dataOf(film)),
      assets: pageAssets("watch"),
      feed: new Feed(),
    });
    process.stdout.write(`${server.url}\n`);
    if (open) await openPage(server);
    process.stderr.write("The page is there until you press Ctrl-C.\n");
    await untilInterrupted(interrupt);
  } finally {
    interrupt.release();
  }
}

async function dataOf({ moments }: Film): Promise<PageData> {
  const packer = new EventPacker<PictureEvent>();
  for (const event of moments.events) packer.add(event);
  return { faults: [], recording: await packer.packed() };
}
