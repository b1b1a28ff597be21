import type { PictureEvent } from "./moments.ts";

/** The app server that takes part as this event says. The header of a history names those of the beginning; others may join. */
export function appServerIn(event: PictureEvent): string | undefined {
  if (event.type === "operation") return event.server;
  return event.type === "fault" && event.effect.lists === "joined" ? event.target : undefined;
}
