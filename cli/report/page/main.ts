/** The part of report.html that moves: the timeline, the list of sessions, and what is shown of them. */
import { byId, element } from "../../picture/dom.ts";
import { lookOfServer } from "../../picture/palette.ts";
import type { PageData, TrialData } from "../html/report-data.ts";
import { filtered } from "./filter.ts";
import { type FilterBar, filterBar } from "./filter-bar.ts";
import { Rows } from "./rows.ts";
import { scaleOf } from "./scale.ts";
import { showSession } from "./session-dialog.ts";
import { sessionRow } from "./session-row.ts";
import { timeline } from "./timeline.ts";
import { readTrial, type Trial } from "./trial.ts";

const rowHeight = 34;
const printedRows = 120;

const data = JSON.parse(byId("data", HTMLScriptElement).text) as PageData;
const time = byId("timeline", HTMLElement);
const place = element("div", { id: "list" });
let show: FilterBar["set"] = () => {};
let wanted: TrialData | undefined;

byId("sessions", HTMLElement).append(...trialChoice(), legend(), place);
if (data.trials[0]) void openTrial(data.trials[0]);
document.addEventListener("click", (event) => {
  const link = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-architecture]") : null;
  if (link) show({ architecture: link.dataset.architecture ?? "", fate: "", home: "", name: "" });
});

/** Reading takes a moment, in which somebody may choose another trial. */
async function openTrial(chosen: TrialData): Promise<void> {
  wanted = chosen;
  const status = element("p", { role: "status" }, "Reading the run ...");
  place.replaceChildren(status);
  try {
    const trial = await readTrial(chosen);
    if (wanted === chosen) showTrial(trial);
  } catch (error) {
    status.replaceChildren(`The run in this page cannot be read: ${(error as Error).message}`);
  }
}

function showTrial(trial: Trial): void {
  const { sessions } = trial;
  const rows = new Rows({ rowHeight, label: "sessions" });
  const context = {
    appServers: data.appServers,
    trial,
    x: scaleOf(trial.spanMs),
    open: showSession,
  };
  const controls = filterBar(sessions, (filter) => {
    const passing = filtered(sessions, filter);
    controls.say(`${passing.length} of ${sessions.length} sessions`);
    time.replaceChildren(timeline(passing, trial, data.appServers));
    rows.show(passing.length, (index) => sessionRow(passing[index]!, context));
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
    if (trial) void openTrial(trial);
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
