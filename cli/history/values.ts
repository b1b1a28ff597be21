import * as z from "zod";
import { longestName, longestText, longestTime } from "./bounds.ts";

/** A time, or how long something took, in ms. */
export const time = z.number().nonnegative().max(longestTime);
export const name = z.string().min(1).max(longestName);
export const text = z.string().max(longestText);
