/** The page of `lab watch`, `lab scenario --watch` and `lab replay --page`: the same film, live or from the start. */
import { byId, element } from "../../picture/dom.ts";
import { Film } from "../../picture/film.ts";
import type { PictureEvent } from "../../picture/moments.ts";
import { unpackEvents } from "../../report/page/unpack-events.ts";
import type { PageData } from "../page-data.ts";
import { showFilm } from "./show-film.ts";

const data = JSON.parse(byId("data", HTMLScriptElement).text) as PageData;
const film = new Film();
if (data.recording === undefined) showFilm(film, data);
else {
  const status = element("p", { role: "status" }, "Reading the run ...");
  byId("main", HTMLElement).replaceChildren(status);
  unpackEvents<PictureEvent>(data.recording, (event) => film.add(event)).then(
    () => showFilm(film, data),
    (error: Error) => status.replaceChildren(`The run in this page cannot be read: ${error.message}`),
  );
}
