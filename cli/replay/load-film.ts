import type { HistoryEvent } from "../history/events.ts";
import { readHistory } from "../history/reader.ts";
import { Film } from "../picture/film.ts";
import { momentOf } from "../picture/moments.ts";

/** A million events and more; some three times as much memory; and a page of it still fits into one string. */
const mostBytes = 400_000_000;

/** A stored run, ready to be looked at. @throws LabError (`history-unreadable`, `history-damaged`, `history-too-large`) */
export async function loadFilm(history: string): Promise<Film> {
  const events: HistoryEvent[] = [];
  for await (const event of readHistory(history, { mostBytes })) events.push(event);
  // A film puts each where it belongs, which takes its time when all of them are in the wrong place.
  events.sort((one, other) => momentOf(one) - momentOf(other));
  const film = new Film();
  for (const event of events) film.add(event);
  return film;
}
