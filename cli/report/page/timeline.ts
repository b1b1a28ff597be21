import { element, svgElement } from "../../picture/dom.ts";
import { sayFaults } from "../../picture/fault-spans.ts";
import { answerMarks, lookOfServer } from "../../picture/palette.ts";
import { staysUp } from "../../picture/picture.ts";
import { countInBins, histogramPath } from "./bins.ts";
import { type PlacedLabel, placeLabels } from "./place-labels.ts";
import { duration, percent, pictureWidth, scaleOf, ticks } from "./scale.ts";
import type { Session, Trial } from "./trial.ts";

const bins = 200;
const laneHeight = 56;
/** Of a label, in the picture's units, on a narrow screen. */
const characterWidth = 17;

/** Requests by app server over time, what had no answer, and what was broken when. */
export function timeline(sessions: readonly Session[], trial: Trial, appServers: readonly string[]): HTMLElement {
  const { spanMs, faults } = trial;
  const operations = sessions.flatMap((session) => session.operations);
  const counted = countInBins(operations, { durationMs: spanMs, appServers, bins });
  const x = scaleOf(spanMs);
  const busiest = Math.max(1, ...counted.served.flat());
  const most = Math.max(1, ...counted.unanswered, ...counted.anonymous);
  const lanes = [
    ...appServers.map((server, index) => {
      const { shape, name } = lookOfServer(server);
      return lane({
        sign: shape,
        label: server,
        look: name,
        counts: counted.served[index]!,
        most: busiest,
        what: "answered",
        over: faults
          .filter(({ targets }) => targets.includes(server))
          .map(({ kind, effect, from, to = spanMs }) =>
            overlay(staysUp(effect) ? "changed" : "down", from, to, { x, label: kind }),
          ),
      });
    }),
    lane({
      ...answerMarks.anonymous,
      label: "not logged in",
      look: "answer-anonymous",
      counts: counted.anonymous,
      most,
      what: "anonymous",
    }),
    lane({
      ...answerMarks.none,
      label: "no answer",
      look: "answer-none",
      counts: counted.unanswered,
      most,
      what: "failed",
      over: longestWait(sessions, x),
    }),
  ];
  const labels = placeLabels(
    [
      ...faults.map((span) => ({
        x: x(span.from),
        text: `${staysUp(span.effect) ? "▸" : "✗"} ${sayFaults(span)}`,
      })),
      ...faults.flatMap(({ to }) => (to === undefined ? [] : [{ x: x(to), text: "healed" }])),
      ...trial.settledAt.map((at) => ({ x: x(at), text: "✓ settled" })),
    ],
    characterWidth,
  );
  const made = element(
    "div",
    { class: "timeline", role: "group", "aria-label": inWords(trial) },
    events(labels),
    ...lanes,
    element(
      "div",
      { class: "lane axis", "aria-hidden": "true" },
      element("span", {}, "seconds"),
      element("div", { class: "plot" }, ...ticks(spanMs).map((ms) => tick(ms, x))),
    ),
    element(
      "div",
      { class: "lane behind", "aria-hidden": "true" },
      element("span"),
      element(
        "div",
        { class: "plot" },
        ...faults.map(({ from, to = spanMs }) => overlay("fault", from, to, { x })),
        ...trial.settledAt.map((at) => overlay("settled", at, at, { x })),
      ),
    ),
  );
  made.style.setProperty("--rows", String(Math.max(0, ...labels.map(({ row }) => row + 1))));
  return made;
}

interface Lane {
  sign: string;
  label: string;
  look: string;
  counts: readonly number[];
  most: number;
  what: string;
  over?: HTMLElement[];
}

function lane({ sign, label, look, counts, most, what, over = [] }: Lane): HTMLElement {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const picture = svgElement(
    "svg",
    {
      viewBox: `0 0 ${pictureWidth} ${laneHeight}`,
      preserveAspectRatio: "none",
      role: "img",
      "aria-label": `${label}: ${total} ${what}`,
    },
    svgElement("path", { class: look, d: histogramPath(counts, { width: pictureWidth, height: laneHeight, most }) }),
  );
  return element(
    "div",
    { class: "lane" },
    element("span", { class: `name ${look}` }, element("b", { "aria-hidden": "true" }, sign), ` ${label}`),
    element("div", { class: "plot" }, picture, ...over),
    element("span", { class: "total" }, `${total.toLocaleString("en")} ${what}`),
  );
}

/** Names of what happened, above the lanes. */
function events(labels: readonly PlacedLabel[]): HTMLElement {
  return element(
    "div",
    { class: "lane events" },
    element("span"),
    element(
      "div",
      { class: "plot" },
      ...labels.map(({ x, text, row }) => {
        const label = element("span", { class: "event" }, text);
        label.style.left = percent(x);
        label.style.setProperty("--row", String(row));
        return label;
      }),
    ),
  );
}

/** The longest that any of these users waited for a definitive answer. */
function longestWait(sessions: readonly Session[], x: (ms: number) => number): HTMLElement[] {
  const longest = sessions.reduce<Session | undefined>(
    (found, session) => (session.longestGapMs > (found?.longestGapMs ?? 0) ? session : found),
    undefined,
  );
  if (!longest) return [];
  const { longestGapFrom: from = 0, longestGapMs: ms, architecture, stillWaiting } = longest;
  const label = `longest wait ${duration(ms)} (${architecture})${stillWaiting ? ", not over" : ""}`;
  return [overlay("wait", from, from + ms, { x, label })];
}

function overlay(
  kind: string,
  from: number,
  to: number,
  { x, label }: { x: (ms: number) => number; label?: string },
): HTMLElement {
  const made = element("div", { class: `over ${kind}` }, label === undefined ? undefined : element("span", {}, label));
  made.style.left = percent(x(from));
  made.style.width = percent(x(to) - x(from));
  if (x(from) > pictureWidth * 0.7) made.classList.add("late");
  return made;
}

function tick(ms: number, x: (ms: number) => number): HTMLElement {
  const made = element("span", { class: "tick" }, String(ms / 1_000));
  made.style.left = percent(x(ms));
  return made;
}

function inWords({ faults, spanMs }: Trial): string {
  const broken = faults.map(
    (span) =>
      `${sayFaults(span)} from ${duration(span.from)} ${span.to === undefined ? "on" : `to ${duration(span.to)}`}`,
  );
  return [`Requests over ${duration(spanMs)}`, ...broken].join("; ");
}
