import { element } from "../../picture/dom.ts";
import { fateMarks } from "../../picture/palette.ts";
import type { Fate } from "../../verdict/fates.ts";
import { countFates, everything, type Filter } from "./filter.ts";
import { fateWord } from "./session-row.ts";
import type { Session } from "./trial.ts";

/** The controls above the list. */
export interface FilterBar {
  bar: HTMLElement;
  /** Says how many are shown. */
  say(text: string): void;
  set(filter: Partial<Filter>): void;
}

/** @param changed called with each new choice */
export function filterBar(sessions: readonly Session[], changed: (filter: Filter) => void): FilterBar {
  const architectures = [...new Set(sessions.map(({ architecture }) => architecture))];
  const homes = [...new Set(sessions.map(({ home }) => home))].filter((home) => home !== undefined).sort();
  const architecture = choice(
    "architecture",
    "all architectures",
    architectures.map((id) => [id, id]),
  );
  const fate = choice(
    "fate",
    "all fates",
    countFates(sessions).map(([id, count]) => [id, `${fateMarks[id].sign} ${wordFor(id, sessions)} (${count})`]),
  );
  const home = choice(
    "home",
    "all homes",
    homes.map((id) => [id, id]),
  );
  const name = element("input", { type: "search", id: "filter-name", placeholder: "part of a name" });
  const reset = element("button", { type: "button" }, "Show all");
  const status = element("output", { "aria-live": "polite" });
  const filter = (): Filter => ({
    architecture: architecture.value,
    fate: fate.value,
    home: home.value,
    name: name.value,
  });
  const set = (wanted: Partial<Filter>) => {
    const next = { ...filter(), ...wanted };
    architecture.value = next.architecture;
    fate.value = next.fate;
    home.value = next.home;
    name.value = next.name;
    changed(next);
  };
  for (const control of [architecture, fate, home]) control.addEventListener("change", () => changed(filter()));
  name.addEventListener("input", () => changed(filter()));
  reset.addEventListener("click", () => set(everything));
  const labelled = (text: string, control: HTMLElement) =>
    element("span", { class: "control" }, element("label", { for: control.id }, text), control);
  return {
    bar: element(
      "div",
      { class: "filter", role: "search", "aria-label": "sessions" },
      labelled("architecture", architecture),
      labelled("fate", fate),
      labelled("home", home),
      labelled("user", name),
      reset,
      status,
    ),
    say: (text) => {
      status.textContent = text;
    },
    set,
  };
}

/** All that had this fate, in a word, or two where it means two things. */
function wordFor(fate: Fate, sessions: readonly Session[]): string {
  return [...new Set(sessions.filter((session) => session.fate === fate).map(fateWord))].join(", ");
}

function choice(name: string, all: string, values: readonly (readonly [string, string])[]): HTMLSelectElement {
  return element(
    "select",
    { id: `filter-${name}` },
    element("option", { value: "" }, all),
    ...values.map(([value, text]) => element("option", { value }, text)),
  );
}
