import type { Fault } from "../servers/fault.ts";
import type { Measure } from "./facts.ts";
import type { ForEachAppServer, Step, Third } from "./step-table.ts";
import type { Target } from "./targets.ts";

/** The words that say in a scenario what happens, in order. What may be broken is a word of its own: a file in cli/faults. */

/** Says to the audience what happens next. */
export const tell = (text: string): Step => ({ do: "tell", text });
/** Each user logs in, once and for all: a second login would hide a loss. `soon`: idle sessions end within seconds. */
export const everyoneLogsIn = (options: { idleEnd?: "soon" } = {}): Step => ({ do: "log-in", ...options });
/** Each user puts one item into the cart. */
export const everyoneShops = (): Step => ({ do: "shop" });
/** These thirds of the users log in. */
export const someLogIn = (...only: readonly Third[]): Step => ({ do: "log-in", only });
/** These thirds of the users put one more item into the cart. */
export const someShop = (...only: readonly Third[]): Step => ({ do: "shop", only });
/** The baseline: each user must be recognised at least three times before anything is broken. */
export const everyoneReadsBack = (): Step => ({ do: "read-back" });
/** How most stories begin: everyone logs in, fills a cart, and is recognised. */
export const everyoneSettlesIn = (): Step[] => [everyoneLogsIn(), everyoneShops(), everyoneReadsBack()];
/**
 * Steady traffic: everybody keeps asking who they are. With `untilAnsweredMs` until everybody has a definitive answer again, or
 * for so long.
 */
export const everyoneBrowses = (options: { forMs: number; untilAnsweredMs?: number }): Step => ({
  do: "browse",
  ...options,
});
/** Each user logs out. The cookies from before are kept, as a thief would have copied them. */
export const everyoneLogsOut = (): Step => ({ do: "log-out" });
/** Each user gets another client address, in another network: from the train's wifi to the office's. */
export const everyoneRoams = (): Step => ({ do: "change", what: "address" });
/** Each browser loses the cookies that it had before the login, which are the balancer's, and keeps the app's. */
export const everyoneLosesTheAffinityCookie = (): Step => ({ do: "change", what: "affinity-cookie" });
/** Each browser sends a balancer's cookie that is not its own, but leads to another app server. */
export const everyoneForgesTheAffinityCookie = (): Step => ({ do: "change", what: "forged-affinity" });
/**
 * Every second user stays away; the others, the regulars, keep filling their carts: for a while, or until the sessions that
 * nobody uses must have ended.
 */
export const regularsKeepShopping = (options: { forMs: number | "until-idle-end" }): Step => ({
  do: "keep-shopping",
  ...options,
});
/** An attacker plants an app's cookie in each browser before its user logs in: a real one of his own, or a made-up one. */
export const attackersPlantCookies = (): Step => ({ do: "plant" });
/** The attackers try the cookies that they planted, wherever the user's session may live. */
export const attackersTryThem = (): Step => ({ do: "try-planted" });
/** Strangers without a session send balancer's cookies: copied ones, names and numbers of app servers, nonsense. */
export const strangersForgeAffinity = (): Step => ({ do: "forge" });
/** Thieves try the cookies that each browser had before its logout, by the usual way. */
export const thievesTryTheCopies = (): Step => ({ do: "try-copies" });
/** Measures something other than survival, for each architecture. */
export const measure = (what: Measure): Step => ({ do: "measure", measure: what });
/** The same, the first time only where it is said within `forEachAppServer`. */
export const measureOnce = (what: Measure): Step => ({ do: "measure", measure: what, once: true });
/**
 * How things are when the story begins, or goes on: done as a fault is and undone with the faults, but no fault of the experiment. What
 * came of it is part of what theory goes by.
 */
export const given = (...faults: Fault<Target>[]): Step => ({ do: "given", faults });
/** Breaks something, several things at the same moment. */
export const inject = (...faults: Fault<Target>[]): Step => ({ do: "inject", faults });
/** Repairs everything, newest fault first, and waits until the lab is well. */
export const healEverything = (): Step => ({ do: "heal" });
/** Waits until all is well with things as they are now, and repairs nothing: what was changed is meant to stay. */
export const everythingSettles = (): Step => ({ do: "settle" });
/** The same steps for one app server after the other, as a deployment does it; faults aim at `thatServer`. */
export const forEachAppServer = (...steps: Step[]): ForEachAppServer => ({ do: "for-each-app-server", steps });
/** The final reads, after the repair: they decide what became of each session. */
export const everyoneChecksIn = (): Step => ({ do: "check-in" });
