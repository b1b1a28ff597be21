import { element, svgElement } from "../../picture/dom.ts";
import { fateMarks, lookOfServer, stayedOutWord } from "../../picture/palette.ts";
import type { FaultWindow } from "./fault-windows.ts";
import { pictureWidth } from "./scale.ts";
import type { Session } from "./session.ts";
import { stripHeight, stripInWords, stripOf } from "./strip.ts";

export interface RowContext {
  appServers: readonly string[];
  windows: readonly FaultWindow[];
  x: (ms: number) => number;
  open: (session: Session) => void;
}

/** A line of the list: who, where the browser was served, and what became of the session. */
export function sessionRow(session: Session, { appServers, windows, x, open }: RowContext): HTMLElement {
  const { user, architecture, home, fate, isMismatch, isControl } = session;
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
      isControl ? element("i", {}, " control") : undefined,
    ),
    element(
      "span",
      { class: "plot" },
      strip(session, { appServers, windows, x }),
      element(
        "span",
        { class: "hidden" },
        `${architecture}, home ${home ?? "unknown"}; ${stripInWords(session.operations(), appServers)};`,
      ),
    ),
    element(
      "span",
      { class: `fate fate-${fate}` },
      element("b", { "aria-hidden": "true" }, sign),
      ` ${word}${isMismatch ? ` (expected ${expectedWords(session)})` : ""}`,
    ),
  );
  button.addEventListener("click", () => open(session));
  return element("div", { class: isMismatch ? "row mismatch" : "row" }, button);
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
  { appServers, windows, x }: Pick<RowContext, "appServers" | "windows" | "x">,
): SVGSVGElement {
  const { served, anonymous, unanswered, crossed } = stripOf(session.operations(), { servers: appServers.length, x });
  const path = (name: string, d: string) => (d === "" ? undefined : svgElement("path", { class: name, d }));
  return svgElement(
    "svg",
    { viewBox: `0 0 ${pictureWidth} ${stripHeight}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    ...windows.map(({ from, to }) =>
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
