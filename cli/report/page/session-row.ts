import { element, svgElement } from "../../picture/dom.ts";
import { fateMarks, lookOfServer, stayedOutWord } from "../../picture/palette.ts";
import { pictureWidth } from "./scale.ts";
import { stripHeight, stripInWords, stripOf } from "./strip.ts";
import type { Session, Trial } from "./trial.ts";

export interface RowContext {
  appServers: readonly string[];
  trial: Trial;
  x: (ms: number) => number;
  open: (session: Session) => void;
}

/** A line of the list: who, where the browser was served, and what became of the session. */
export function sessionRow(session: Session, { appServers, trial, x, open }: RowContext): HTMLElement {
  const { user, architecture, home, fate, mismatch, role } = session;
  const { sign } = fateMarks[fate];
  const word = fateWord(session);
  const look = lookOfServer(home ?? "");
  const button = element(
    "button",
    { type: "button", title: `${user}: every request` },
    element(
      "span",
      { class: "who" },
      element("b", { class: look.name, "aria-hidden": "true" }, look.shape),
      element("span", {}, ` ${user}`),
      role === "control" ? element("i", {}, " control") : undefined,
    ),
    element(
      "span",
      { class: "plot" },
      strip(session, { appServers, trial, x }),
      element(
        "span",
        { class: "hidden" },
        `${architecture}, home ${home ?? "unknown"}; ${stripInWords(session.operations)};`,
      ),
    ),
    element(
      "span",
      { class: `fate fate-${fate}` },
      element("b", { "aria-hidden": "true" }, sign),
      ` ${word}${mismatch ? ` (expected ${expectedWords(session)})` : ""}`,
    ),
  );
  button.addEventListener("click", () => open(session));
  return element("div", { class: mismatch ? "row mismatch" : "row" }, button);
}

/** What became of it, in the words of the page. */
export function fateWord({ fate, stayedOut }: Pick<Session, "fate" | "stayedOut">): string {
  return stayedOut ? stayedOutWord : fateMarks[fate].word;
}

/** The fates that theory allows, in the same words. */
export function expectedWords({ expected, fate, stayedOut }: Pick<Session, "expected" | "fate" | "stayedOut">): string {
  const isLogout = stayedOut || fate === "resurrected";
  const words = expected.map((one) => (isLogout && one === "survived" ? stayedOutWord : fateMarks[one].word));
  return words.join(" or ") || "nothing";
}

function strip(
  session: Session,
  { appServers, trial, x }: Pick<RowContext, "appServers" | "trial" | "x">,
): SVGSVGElement {
  const { served, anonymous, unanswered, crossed } = stripOf(session.operations, { appServers, x });
  const path = (name: string, d: string) => (d === "" ? undefined : svgElement("path", { class: name, d }));
  return svgElement(
    "svg",
    { viewBox: `0 0 ${pictureWidth} ${stripHeight}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    ...trial.faults.map(({ from, to = trial.spanMs }) =>
      svgElement("rect", {
        class: "window",
        x: x(from),
        y: 0,
        width: Math.max(1, x(to) - x(from)),
        height: stripHeight,
      }),
    ),
    path("unanswered", unanswered),
    ...served.map((d, index) => path(`served ${lookOfServer(appServers[index] ?? "").name}`, d)),
    path("anonymous", anonymous),
    path("crossed", crossed),
  );
}
