import type { Answer, HistoryEvent } from "../history/events.ts";
import type { Film } from "../picture/film.ts";
import { momentOf } from "../picture/moments.ts";
import { answerMarks, marksOfFates } from "../picture/palette.ts";
import { sayFault } from "../picture/picture.ts";
import { tallyOf } from "../picture/tally.ts";
import { harmless, widestOf, widthOf } from "../report/text.ts";
import { sayDisturbance } from "../verdict/disturbances.ts";

/** A run as plain lines, for where nothing can be redrawn: what was done, what was answered meanwhile, what became of whom. */
export function timeline(film: Film): string {
  const [run, ...events] = film.moments.events;
  if (run?.type !== "run") return "There is nothing in this history.\n";
  const lines = [`${run.scenario.id}: ${run.scenario.title}`, run.scenario.question, ""];
  let answered = new Counts();
  const tell = (at: number, says: string) => lines.push(`${(at / 1_000).toFixed(2).padStart(7)} s  ${says}`);
  const flush = (at: number) => {
    if (answered.total > 0) tell(at, `  ${answered.words()}`);
    answered = new Counts();
  };
  for (const event of events) {
    if (event.type === "operation") {
      answered.add(event.answer, event.server);
      continue;
    }
    const says = sentenceOf(event as HistoryEvent);
    if (says === undefined) continue;
    flush(momentOf(event));
    tell(momentOf(event), says);
  }
  flush(film.end);
  lines.push("", ...fateLines(film));
  return `${harmless(lines).join("\n")}\n`;
}

function fateLines(film: Film): string[] {
  const tallies = tallyOf(film.at(film.end)!);
  const width = widestOf(tallies.map(({ id }) => id));
  return tallies.map(({ id, fates, stayedOut, sessions }) => {
    const marks = marksOfFates({ fates, stayedOut });
    const words = Object.entries(fates).map(([fate, count]) => {
      const { sign, word } = marks[fate as keyof typeof marks];
      return `${sign} ${count} ${word}`;
    });
    return `${id}${" ".repeat(width - widthOf(id))}  ${words.length > 0 ? words.sort().join(", ") : `${sessions} not judged`}`;
  });
}

function sentenceOf(event: HistoryEvent): string | undefined {
  switch (event.type) {
    case "step":
      return event.says ?? event.step;
    case "fault":
      return `${sayFault(event)}${(event.evidence ?? []).map(({ says }) => `; ${says}`).join("")}`;
    case "settled":
      return event.says;
    case "alert":
      return `alert of ${event.service}: ${event.line}`;
    case "failover":
      return `${event.policy} gave up on ${event.server}, which nobody had broken: ${event.line}`;
    case "disturbance":
      return `disturbed: ${sayDisturbance(event)}`;
    case "leftover":
      return `left behind: ${event.kind} ${event.name}`;
    case "end":
      return event.complete ? "the run is over" : `cut short: ${event.reason ?? "no reason given"}`;
    default:
      return undefined;
  }
}

/** Requests of a stretch of time, by answer and by app server. */
class Counts {
  total = 0;
  readonly #answers = new Map<Answer, number>();
  readonly #servers = new Map<string, number>();

  add(answer: Answer, server: string | undefined): void {
    this.total += 1;
    this.#answers.set(answer, (this.#answers.get(answer) ?? 0) + 1);
    if (server !== undefined) this.#servers.set(server, (this.#servers.get(server) ?? 0) + 1);
  }

  words(): string {
    const answers = [...this.#answers].map(([answer, count]) => `${count} ${answerMarks[answer].word}`);
    const servers = [...this.#servers].sort().map(([server, count]) => `${server} ${count}`);
    return `${answers.join(", ")}${servers.length > 0 ? ` (${servers.join(", ")})` : ""}`;
  }
}
