import { readHistory } from "../history/reader.ts";
import { Film } from "../picture/film.ts";

/** A stored run, ready to be looked at. @throws LabError (`history-unreadable`, `history-damaged`) */
export async function loadFilm(history: string): Promise<Film> {
  const film = new Film();
  for await (const event of readHistory(history)) film.add(event);
  return film;
}
