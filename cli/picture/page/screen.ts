import { byId, element } from "../dom.ts";
import { faultSpans } from "../fault-spans.ts";
import type { Film } from "../film.ts";
import { type Picture, staysUp } from "../picture.ts";
import type { Playback } from "../playback.ts";
import { buildCards, type CardOptions, type Cards } from "./cards.ts";
import { openColours } from "./colours.ts";
import type { Controls } from "./controls.ts";
import { openWires, type Wires } from "./wires.ts";

export interface ScreenOptions extends CardOptions {
  film: Film;
  playback: Playback;
  controls: Controls;
}

/** Boxes are redrawn at most this often; requests with every frame of the screen. */
const boxesEveryMs = 100;
const logLines = 4;

const phaseWords = { baseline: "before the fault", fault: "during the fault", final: "final reads" };

/** The whole page of a film. Call `draw` with every frame. */
export class Screen {
  readonly #options: ScreenOptions;
  readonly #colourOf = openColours();
  readonly #title = element("h1", {});
  readonly #says = element("p", { class: "says", role: "status" });
  readonly #phase = element("p", { class: "phase" });
  readonly #log = element("ol", { class: "log", "aria-label": "what happened" });
  readonly #canvas = element("canvas", { "aria-hidden": "true" });
  readonly #place = element("div", { class: "place" }, this.#canvas);
  readonly #calm = matchMedia("(prefers-reduced-motion: reduce)");
  #cards: Cards | undefined;
  #wires: Wires | undefined;
  /** The run and its servers: with others there are other boxes. */
  #shown = "";
  #boxesAt = Number.NEGATIVE_INFINITY;

  constructor(options: ScreenOptions) {
    this.#options = options;
    const main = byId("main", HTMLElement);
    main.replaceChildren(
      element("header", {}, element("div", {}, this.#title, this.#says), this.#phase),
      this.#place,
      this.#log,
      options.controls.root,
    );
    new ResizeObserver(() => this.#wires?.moved()).observe(this.#place);
  }

  /** @param now on any clock of milliseconds that goes on evenly */
  draw(now: number): void {
    const { film, playback, controls } = this.#options;
    const picture = film.at(playback.at);
    if (!picture) {
      this.#says.textContent = "Waiting for the first users ...";
      return;
    }
    if (now - this.#boxesAt >= boxesEveryMs || this.#shown !== castOf(picture)) {
      this.#boxesAt = now;
      this.#showBoxes(picture);
      controls.show(playback, faultSpans(film.moments));
    }
    const { dots, hidden } = film.dots(picture, playback.shownMs);
    this.#wires?.draw(picture, this.#calm.matches ? [] : dots);
    this.#place.dataset.hidden = hidden > 0 ? `and ${hidden} more requests, not drawn` : "";
  }

  #showBoxes(picture: Picture): void {
    if (this.#shown !== castOf(picture)) this.#begin(picture);
    const { says, phase, broken, log, answered } = picture;
    setText(this.#says, says);
    setText(
      this.#phase,
      `${broken.every(({ effect }) => staysUp(effect)) ? phaseWords[phase] : "something is broken"}, ${answered} requests answered`,
    );
    const lines = log.slice(-logLines).map(({ at, says: text }) => `${(at / 1_000).toFixed(1)} s  ${text}`);
    if (this.#log.dataset.shown !== lines.join("\n")) {
      this.#log.dataset.shown = lines.join("\n");
      this.#log.replaceChildren(...lines.map((line) => element("li", {}, line)));
    }
    this.#cards?.show(picture);
    // A box with more in it is larger, and moves the others.
    this.#wires?.moved();
  }

  #begin(picture: Picture): void {
    this.#shown = castOf(picture);
    this.#cards?.root.remove();
    this.#cards = buildCards(picture, this.#options);
    this.#place.append(this.#cards.root);
    this.#wires = openWires({
      canvas: this.#canvas,
      places: this.#cards.places,
      run: picture.run,
      colourOf: this.#colourOf,
    });
    const { id, title } = picture.run.scenario;
    setText(this.#title, title);
    document.title = `${id}: ${title}`;
  }
}

function castOf({ run, appServers }: Picture): string {
  return [run.id, ...appServers].join(" ");
}

function setText(place: HTMLElement, text: string): void {
  if (place.textContent !== text) place.textContent = text;
}
