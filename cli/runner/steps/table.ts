import type { Verb } from "../../theory/step-table.ts";
import { given, heal, inject, settle } from "./faults.ts";
import type { Played } from "./played.ts";
import { measure, tell } from "./story.ts";
import { forge, plant, tryCopies, tryPlanted } from "./strangers.ts";
import { browse, change, checkIn, keepShopping, logIn, logOut, readBack, shop } from "./users.ts";

/** How each step of theory/step-table.ts is played. */
export const playedSteps: { [Do in Verb]: Played<Do> } = {
  tell,
  "log-in": logIn,
  shop,
  "read-back": readBack,
  browse,
  "keep-shopping": keepShopping,
  "log-out": logOut,
  change,
  plant,
  "try-planted": tryPlanted,
  "try-copies": tryCopies,
  forge,
  measure,
  given,
  inject,
  heal,
  settle,
  "check-in": checkIn,
};
