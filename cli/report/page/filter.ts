import { fateMarks } from "../../picture/palette.ts";
import type { Fate } from "../../verdict/fates.ts";
import type { Session } from "./trial.ts";

/** Which sessions are shown; what is empty does not matter. */
export interface Filter {
  architecture: string;
  fate: string;
  home: string;
  /** Part of a user's name. */
  name: string;
}

export const everything: Filter = { architecture: "", fate: "", home: "", name: "" };

/** Those that pass, the harmed ones of each architecture first. */
export function filtered(sessions: readonly Session[], { architecture, fate, home, name }: Filter): Session[] {
  const wanted = name.trim().toLowerCase();
  const order = [...new Set(sessions.map((session) => session.architecture))];
  return sessions
    .filter((session) => architecture === "" || session.architecture === architecture)
    .filter((session) => fate === "" || session.fate === fate)
    .filter((session) => home === "" || session.home === home)
    .filter((session) => wanted === "" || session.user.toLowerCase().includes(wanted))
    .sort(
      (one, other) =>
        order.indexOf(one.architecture) - order.indexOf(other.architecture) ||
        severity.indexOf(one.fate) - severity.indexOf(other.fate) ||
        (one.home ?? "").localeCompare(other.home ?? ""),
    );
}

/** The order of judging: what went wrong comes before who survived. */
const severity = Object.keys(fateMarks) as Fate[];

/** How many sessions have each fate, in that order; fates that nobody has are left out. */
export function countFates(sessions: readonly Session[]): [Fate, number][] {
  return severity
    .map((fate): [Fate, number] => [fate, sessions.filter((session) => session.fate === fate).length])
    .filter(([, count]) => count > 0);
}
