import { element } from "../../picture/dom.ts";
import type { Film } from "../../picture/film.ts";
import { buildControls } from "../../picture/page/controls.ts";
import { Screen } from "../../picture/page/screen.ts";
import { Playback } from "../../picture/playback.ts";
import type { LiveBatch, PageData } from "../page-data.ts";
import { actionButton, faultButtons } from "./buttons.ts";

/** What is live is shown this much later, so that what comes out of order or late is in its place by then. */
const delayMs = 400;

/** Shows a film from the start, or, when the page has no recording, what happens now. */
export function showFilm(film: Film, data: PageData): void {
  const playback = new Playback(film.end);
  const isLive = data.recording === undefined;
  if (isLive) playback.speed = 1;

  /** How far the run's clock is ahead of ours; undefined before anything was heard. */
  let ahead: number | undefined;
  let isFollowing = isLive;

  const controls = buildControls({
    playback,
    onTouch: () => {
      isFollowing = false;
    },
    goLive: isLive ? follow : undefined,
  });
  const said = element("p", { class: "said", role: "status" });
  const screen = new Screen({
    film,
    playback,
    controls,
    ...(data.faults.length === 0
      ? {}
      : { furnish: (service, box) => box.append(faultButtons(service, data.faults, say)) }),
  });
  if (data.faults.length > 0)
    controls.root.append(
      actionButton("New users", { do: "new-users" }, say, "New users: everybody leaves, others log in"),
      said,
    );
  if (isLive) listen();
  requestAnimationFrame(draw);

  function draw(here: number): void {
    if (isFollowing && ahead !== undefined) {
      const now = here + ahead - delayMs;
      playback.isPlaying = true;
      playback.end = Math.max(playback.end, now, 1);
      playback.seek(Math.max(0, now));
    } else {
      playback.end = Math.max(film.end, 1);
      playback.tick(here);
    }
    document.body.dataset.following = String(isFollowing);
    screen.draw(here);
    requestAnimationFrame(draw);
  }

  function follow(): void {
    isFollowing = true;
    playback.speed = 1;
  }

  function listen(): void {
    const source = new EventSource("events");
    source.addEventListener("message", ({ data: text }: MessageEvent<string>) => {
      const { now, events } = JSON.parse(text) as LiveBatch;
      for (const event of events) film.add(event);
      compareClocks(now - performance.now());
      document.body.dataset.connection = "open";
      if (film.moments.events.at(-1)?.type === "end" && isFollowing) stopFollowing();
    });
    source.addEventListener("over", () => {
      source.close();
      say("The lab command has ended.");
    });
    // The browser tries again by itself; what it is sent then begins with the run, so that nothing is there twice.
    source.addEventListener("error", () => {
      document.body.dataset.connection = "lost";
      say("The connection to the lab command is lost.");
    });
  }

  /** Smooths out how long messages take, so that requests do not jump; a new run has a new clock. */
  function compareClocks(found: number): void {
    ahead = ahead === undefined || Math.abs(found - ahead) > 150 ? found : ahead + (found - ahead) / 20;
  }

  /** The run is over: from here on it is a recording. */
  function stopFollowing(): void {
    isFollowing = false;
    playback.end = film.end;
    playback.seek(film.end - delayMs);
    playback.isPlaying = true;
  }

  function say(text: string): void {
    said.textContent = text;
  }
}
