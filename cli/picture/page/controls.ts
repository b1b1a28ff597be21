import { element } from "../dom.ts";
import { type FaultSpan, sayFaults } from "../fault-spans.ts";
import type { Playback } from "../playback.ts";

export interface Controls {
  root: HTMLElement;
  show(playback: Playback, spans: readonly FaultSpan[]): void;
}

export interface ControlOptions {
  playback: Playback;
  /** Somebody took the time line into their hands. */
  onTouch(): void;
  /** Back to the present; undefined where there is none. */
  goLive?: (() => void) | undefined;
}

const skipHundredths = 2;
const steps = 1_000;

/** Pause, speed and the time line, by mouse and by the same keys as in the terminal. */
export function buildControls({ playback, onTouch, goLive }: ControlOptions): Controls {
  const pause = element("button", { type: "button", class: "pause" });
  const slower = element("button", { type: "button", "aria-label": "slower" }, "−");
  const faster = element("button", { type: "button", "aria-label": "faster" }, "+");
  const speed = element("output", { class: "speed", "aria-label": "speed" });
  const line = element("input", { type: "range", min: 0, max: steps, step: 1, "aria-label": "time" });
  const marks = element("div", { class: "fault-spans", "aria-hidden": "true" });
  const clock = element("output", { class: "clock", "aria-label": "time of the run" });
  const live = element("button", { type: "button", class: "live" }, "● live");
  live.hidden = goLive === undefined;
  const touch = (act: () => void) => () => {
    onTouch();
    act();
  };
  pause.addEventListener(
    "click",
    touch(() => playback.toggle()),
  );
  slower.addEventListener(
    "click",
    touch(() => playback.slower()),
  );
  faster.addEventListener(
    "click",
    touch(() => playback.faster()),
  );
  line.addEventListener(
    "input",
    touch(() => playback.seek((Number(line.value) / steps) * playback.end)),
  );
  live.addEventListener("click", () => goLive?.());
  const keys: Record<string, () => void> = {
    " ": () => playback.toggle(),
    ArrowLeft: () => playback.skip(-skipHundredths),
    ArrowRight: () => playback.skip(skipHundredths),
    "+": () => playback.faster(),
    "-": () => playback.slower(),
    Home: () => playback.seek(0),
    End: () => playback.seek(playback.end),
  };
  document.addEventListener("keydown", (event) => {
    const isElsewhere = event.target instanceof HTMLButtonElement || event.target instanceof HTMLInputElement;
    const act = keys[event.key];
    if (!act || isElsewhere || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    touch(act)();
  });
  let shown = "";
  return {
    root: element(
      "footer",
      { class: "controls" },
      pause,
      element("div", { class: "line" }, marks, line),
      clock,
      slower,
      speed,
      faster,
      live,
    ),
    show({ at, end, isPlaying, isOver, speed: rate }, spans) {
      pause.textContent = isPlaying ? "‖ Pause" : isOver ? "↻ Again" : "▶ Play";
      speed.textContent = `×${rate}`;
      clock.textContent = `${seconds(at)} of ${seconds(end)} s`;
      if (document.activeElement !== line || isPlaying)
        line.value = String(Math.round((at / Math.max(1, end)) * steps));
      line.setAttribute("aria-valuetext", `${seconds(at)} seconds`);
      const state = JSON.stringify([spans, Math.round(end / 250)]);
      if (state === shown) return;
      shown = state;
      marks.replaceChildren(
        ...spans.map((span) => {
          const { from, to = end } = span;
          const mark = element("span", {}, sayFaults(span));
          mark.style.setProperty("left", `${(100 * from) / Math.max(1, end)}%`);
          mark.style.setProperty("width", `${(100 * (to - from)) / Math.max(1, end)}%`);
          return mark;
        }),
      );
    },
  };
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
