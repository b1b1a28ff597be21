/** The part of report.html that moves: the timeline, the list of sessions, and what is shown of them. */
import { byId, element } from "../../picture/dom.ts";
import { lookOfServer } from "../../picture/palette.ts";
import type { PageData, TrialData } from "../html/page-data.ts";
import { faultWindows } from "./fault-windows.ts";
import { filtered } from "./filter.ts";
import { type FilterBar, filterBar } from "./filter-bar.ts";
import { Rows } from "./rows.ts";
import { scaleOf } from "./scale.ts";
import { type Session, sessionsOf } from "./session.ts";
import { showSession } from "./session-dialog.ts";
import { sessionRow } from "./session-row.ts";
import { timeline } from "./timeline.ts";

const rowHeight = 34;
const printedRows = 120;

const data = JSON.parse(byId("data", HTMLScriptElement).text) as PageData;
const time = byId("timeline", HTMLElement);
const place = element("div", { id: "list" });
let show: FilterBar["set"] = () => {};

byId("sessions", HTMLElement).append(...trialChoice(), legend(), place);
if (data.trials[0]) showTrial(data.trials[0]);
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-architecture]") : null;
  if (link) show({ architecture: link.dataset.architecture ?? "", fate: "", home: "", name: "" });
});

function showTrial(trial: TrialData): void {
  const sessions = sessionsOf(trial, data);
  const rows = new Rows({ rowHeight, label: "sessions" });
  const context = {
    appServers: data.appServers,
    windows: faultWindows(trial),
    x: scaleOf(trial.spanMs),
    open: (session: Session) => showSession(session, trial, data.appServers),
  };
  const controls = filterBar(sessions, (filter) => {
    const wanted = filtered(sessions, filter);
    controls.say(`${wanted.length} of ${sessions.length} sessions`);
    time.replaceChildren(timeline(wanted, trial, data.appServers));
    rows.show(wanted.length, (index) => sessionRow(wanted[index]!, context));
  });
  place.replaceChildren(controls.bar, rows.box);
  show = controls.set;
  show({});
  window.onbeforeprint = () => rows.unroll(printedRows);
  window.onafterprint = () => rows.unroll(undefined);
}

/** Nothing where there is only one. */
function trialChoice(): HTMLElement[] {
  if (data.trials.length < 2) return [];
  const select = element(
    "select",
    { id: "trial" },
    ...data.trials.map(({ victim }, index) => element("option", { value: index }, `${index + 1}: victim ${victim}`)),
  );
  select.addEventListener("change", () => {
    const trial = data.trials[Number(select.value)];
    if (trial) showTrial(trial);
  });
  return [element("p", { class: "filter" }, element("label", { for: "trial" }, "trial"), select)];
}

function legend(): HTMLElement {
  return element(
    "p",
    { class: "legend" },
    "Each line is a browser, from left to right in time; each app server has its own track: ",
    ...data.appServers.flatMap((server) => {
      const { name, shape } = lookOfServer(server);
      return [element("span", { class: `chip ${name}` }, `${shape} ${server}`), " "];
    }),
    element("span", { class: "chip hollow" }, "○ answered, but not logged in"),
    " ",
    element("span", { class: "chip solid" }, "× no answer"),
    " ",
    element("span", { class: "chip shaded" }, "while something was broken or changed"),
    " Choose a line to read every request.",
  );
}
