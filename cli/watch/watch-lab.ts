import { setTimeout as sleep } from "node:timers/promises";
import { LabError } from "../errors.ts";
import { refuseDuringRun } from "../lab/claim-lab.ts";
import type { Lab } from "../lab/identity/lab.ts";
import { openLabAccess } from "../lab/lab-access.ts";
import type { LabEngine } from "../lab/lab-engine.ts";
import { pageAssets } from "../picture/page-assets.ts";
import { guardRunningLab } from "../record/guard-lab.ts";
import type { Interrupt } from "../terminal/interrupt.ts";
import type { Architecture } from "../theory/architectures.ts";
import { FaultButtons, faultsByHand } from "./fault-buttons.ts";
import { Feed, forLongDays } from "./feed.ts";
import { playFreely } from "./free-play.ts";
import { countSessions, type LookOptions, lookAtContainers } from "./look-on.ts";
import type { Answered } from "./page-data.ts";
import { servedPage } from "./page-html.ts";
import type { PageRequest } from "./page-request.ts";
import { servePage } from "./server.ts";
import { openPage, untilInterrupted } from "./show-page.ts";

export interface WatchOptions {
  lab: Lab;
  engine: LabEngine;
  architectures: readonly Architecture[];
  users: number;
  open: boolean;
  interrupt: Interrupt;
}

const containersEveryMs = 300;
const sessionsEveryMs = 700;

/** Shows a running lab with a few users in it until Ctrl-C; then heals what was broken from the page. @returns what was healed */
export async function watchLab({
  lab,
  engine,
  architectures,
  users,
  open,
  interrupt,
}: WatchOptions): Promise<string[]> {
  const feed = new Feed(forLongDays);
  await using guard = guardRunningLab(lab);
  const buttons = new FaultButtons({ lab, engine, feed, guard });
  const access = openLabAccess(lab, engine, { connections: 32 });
  const watching = new AbortController();
  let playing = new AbortController();
  let playingEnds: Promise<void> = Promise.resolve();
  const told = new Set<string>();
  /** Once each: what fails may fail again every moment, and the page goes on with what it has. */
  const tellTrouble = (error: unknown) => {
    const says = (error as Error).message;
    if (watching.signal.aborted || told.has(says)) return;
    told.add(says);
    process.stderr.write(`The picture may be behind: ${says}\n`);
  };

  const begin = async () => {
    refuseDuringRun(lab.name, { byLogin: true });
    playing.abort();
    await playingEnds;
    if (watching.signal.aborted) return;
    playing = new AbortController();
    const phase = () => (buttons.hasBrokenSomething ? ("fault" as const) : ("baseline" as const));
    buttons.hasBrokenSomething = false;
    playingEnds = playFreely({ architectures, users, access, feed, phase, signal: playing.signal }).catch(tellTrouble);
  };
  const act = async (request: PageRequest): Promise<Answered> => {
    if (request.do === "fault") return buttons.inject(request.kind, request.service);
    if (request.do === "heal") return buttons.heal(request.service);
    try {
      await begin();
    } catch (error) {
      if (error instanceof LabError) return { ok: false, says: `${error.message} ${error.todo}` };
      throw error;
    }
    return { ok: true, says: "New users come in." };
  };

  const look: LookOptions = { lab, engine, door: access.door, architectures };
  const repeat = async (everyMs: number, once: () => Promise<void>) => {
    while (!watching.signal.aborted) {
      await once().catch(tellTrouble);
      await sleep(everyMs);
    }
  };
  const looking = [
    repeat(containersEveryMs, async () => feed.record(await lookAtContainers(look, () => feed.now()))),
    repeat(sessionsEveryMs, async () => feed.record(await countSessions(look, () => feed.now()))),
  ];
  try {
    await begin();
    const page = servedPage({ faults: await faultsByHand() });
    await using server = await servePage({ page, assets: pageAssets("watch"), feed, act });
    process.stdout.write(`${server.url}\n`);
    if (open) await openPage(server);
    process.stderr.write("The page is there until you press Ctrl-C; what its buttons broke is healed then.\n");
    await untilInterrupted(interrupt);
  } finally {
    watching.abort();
    playing.abort();
    await access.transport.close();
    await Promise.allSettled([playingEnds, ...looking]);
  }
  return await buttons.healAll();
}
