import { type KeepingInUse, whileInUse } from "../keep-in-use.ts";
import { type Measuring, takeMeasure } from "../take-measure.ts";
import type { Played } from "./played.ts";

export const tell: Played<"tell", KeepingInUse> = ({ text }, run) => whileInUse(run, () => run.narrator.tell(text));

export const measure: Played<"measure", KeepingInUse & Measuring> = ({ measure }, run) =>
  whileInUse(run, () => takeMeasure(run, measure));
