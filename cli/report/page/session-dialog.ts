import { element } from "../../picture/dom.ts";
import { answerMarks, fateMarks } from "../../picture/palette.ts";
import type { ShownOperation } from "../html/report-data.ts";
import { duration } from "./scale.ts";
import { expectedWords, fateWord } from "./session-row.ts";
import type { Session } from "./trial.ts";

/** More than anybody reads, and few enough to be drawn at once. */
const most = 500;

/** Everything about one session: what theory said, what became of it and why, and each request. */
export function showSession(session: Session): void {
  const { user, architecture, home, fate, because, cause, exposed, operations } = session;
  const { sign } = fateMarks[fate];
  const facts: [string, string][] = [
    ["architecture", architecture],
    ["home", home ?? "unknown"],
    ["touched by the fault", exposed ? "yes" : "no: a control"],
    ["expected", `${expectedWords(session)}${because === "" ? "" : `, because ${because}`}`],
    ["observed", `${sign} ${fateWord(session)}`],
    ...(cause ? [["evidence", cause.evidence] satisfies [string, string]] : []),
    [
      "felt",
      `${session.failedRequests} requests failed, ${session.timesAnonymous} times seen anonymous, longest wait ${duration(session.longestGapMs)}${session.stillWaiting ? ", still waiting when the run ended" : ""}`,
    ],
  ];
  const close = element("button", { type: "button", class: "close" }, "Close");
  const dialog = element(
    "dialog",
    { "aria-labelledby": "dialog-title" },
    close,
    element("h2", { id: "dialog-title" }, user),
    element("dl", {}, ...facts.flatMap(([label, says]) => [element("dt", {}, label), element("dd", {}, says)])),
    element(
      "div",
      { class: "wide", tabindex: 0, role: "region", "aria-label": "every request" },
      element(
        "table",
        {},
        element(
          "thead",
          {},
          element(
            "tr",
            {},
            ...["at", "request", "cookies", "answer", "by", "took"].map((head) =>
              element("th", { scope: "col" }, head),
            ),
          ),
        ),
        element("tbody", {}, ...operations.slice(0, most).map(line)),
      ),
    ),
    operations.length > most ? element("p", {}, `and ${operations.length - most} more requests`) : undefined,
  );
  close.addEventListener("click", () => dialog.close());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
}

const jars = { live: "the browser's", pinned: "pinned (to diagnose)", home: "pinned, straight to its home" } as const;

function line({ at, ms, kind, answer, jar, connection, server, reason }: ShownOperation): HTMLElement {
  const { sign, word } = answerMarks[answer];
  const cells = [
    `${(at / 1_000).toFixed(2)} s`,
    `${kind}, ${connection} connection`,
    jars[jar],
    `${sign} ${word}${reason === undefined ? "" : `: ${reason}`}`,
    server ?? "-",
    `${ms} ms`,
  ];
  return element("tr", { class: `answer-${answer}` }, ...cells.map((cell) => element("td", {}, cell)));
}
