import {
  type ForgingAffinity,
  forgeAffinity,
  plantCookies,
  type StrangersTrying,
  type TryingCopies,
  tryCopiedCookies,
  tryPlantedCookies,
} from "../strangers-try.ts";
import type { Played } from "./played.ts";

export const plant: Played<"plant", StrangersTrying> = (_, run) => {
  run.narrator.doing("attackers plant cookies");
  return plantCookies(run);
};

export const tryPlanted: Played<"try-planted", StrangersTrying> = (_, run) => {
  run.narrator.doing("attackers try the cookies that they planted");
  return tryPlantedCookies(run);
};

export const tryCopies: Played<"try-copies", TryingCopies> = (_, run) => {
  run.narrator.doing("thieves try the copied cookies");
  return tryCopiedCookies(run);
};

export const forge: Played<"forge", ForgingAffinity> = (_, run) => {
  run.narrator.doing("strangers send forged cookies");
  return forgeAffinity(run);
};
