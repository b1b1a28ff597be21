import { setTimeout as sleep } from "node:timers/promises";
import { balancer } from "../lab/topology.ts";
import { execIn, logOf } from "../subject/deployment.ts";
import type { Step } from "../theory/scenario.ts";
import { aim, fillServers, holdCopies, injectFaults, nameOf, takeAway } from "./faults-happen.ts";
import { healFaults, noteWhatIsStillBroken } from "./heal-faults.ts";
import { shortIdleMs, whileInUse } from "./keep-in-use.ts";
import { lookIntoStores } from "./look-into-stores.ts";
import { noteDisturbances } from "./note-disturbances.ts";
import { noteFailovers } from "./note-failovers.ts";
import { predict } from "./predict.ts";
import { settle } from "./settle.ts";
import { type Stage, throwIfInterrupted } from "./stage.ts";
import { forgeAffinity, plantCookies, tryCopiedCookies, tryPlantedCookies } from "./strangers-try.ts";
import { takeMeasure } from "./take-measure.ts";
import {
  everyoneBrowses,
  everyoneChecksIn,
  everyoneLogsIn,
  everyoneLogsOut,
  everyoneReadsBack,
  everyoneShops,
  regularsKeepShopping,
} from "./users-act.ts";
import { chooseForgedCookies, chooseNewAddresses, everyoneChanges } from "./users-change.ts";

/** Plays the steps of a scenario in order. Whatever happens, what it broke is healed when it returns. */
export async function runScenario(stage: Stage): Promise<void> {
  const startedAtMs = Date.now();
  if (stage.scenario.steps.some((step) => step.do === "log-in" && step.idleEnd === "soon"))
    stage.idleMs = await shortIdleMs(stage);
  announceUsers(stage);
  await noteDisturbances(stage);
  if (stage.scenario.steps.some((step) => step.do === "measure" && step.measure.looksIntoStore))
    stage.storesBefore = await lookIntoStores(stage);
  noteWrongLabels(stage);
  try {
    for (const step of stage.scenario.steps) {
      throwIfInterrupted(stage);
      await play(stage, step);
    }
    throwIfInterrupted(stage);
  } finally {
    await healFaults(stage);
    await noteDisturbances(stage);
    noteWhatIsStillBroken(stage);
    await noteFailovers(stage);
    await noteAlerts(stage, startedAtMs);
  }
}

async function play(stage: Stage, step: Step): Promise<void> {
  const { recorder, narrator } = stage;
  stage.phase = phaseOf(step) ?? stage.phase;
  recorder.record({
    type: "step",
    at: recorder.now(),
    phase: stage.phase,
    step: step.do,
    ...(step.do === "tell" ? { says: step.text } : {}),
  });
  const users = stage.members.length;
  switch (step.do) {
    case "tell":
      return whileInUse(stage, () => narrator.tell(step.text));
    case "log-in":
      narrator.doing(`${step.only ? "some" : users} users log in`);
      return everyoneLogsIn(stage, step.only);
    case "shop":
      narrator.doing(`${step.only ? "some" : users} users fill their carts`);
      return everyoneShops(stage, step.only);
    case "read-back":
      narrator.doing(`${users} users are asked who they are, before anything breaks`);
      await everyoneReadsBack(stage);
      return;
    case "log-out":
      await predict(stage);
      narrator.doing(`${users} users log out`);
      return everyoneLogsOut(stage);
    case "change":
      if (step.what === "address") await chooseNewAddresses(stage);
      if (step.what === "forged-affinity") chooseForgedCookies(stage);
      await predict(stage);
      return everyoneChanges(stage, step.what);
    case "take-away":
      narrator.doing(`stopping ${nameOf(stage, step.server)}`);
      return takeAway(stage, step.server);
    case "measure":
      return whileInUse(stage, () => takeMeasure(stage, step.measure));
    case "plant":
      narrator.doing("attackers plant cookies");
      return plantCookies(stage);
    case "try-planted":
      narrator.doing("attackers try the cookies that they planted");
      return tryPlantedCookies(stage);
    case "forge":
      narrator.doing("strangers send forged cookies");
      return forgeAffinity(stage);
    case "try-copies":
      narrator.doing("thieves try the copied cookies");
      return tryCopiedCookies(stage);
    case "keep-shopping":
      await whileInUse(stage, () => predict(stage));
      narrator.doing("every second user stays away, the others keep shopping");
      return regularsKeepShopping(stage, step.forMs);
    case "fill":
      narrator.doing(`another application fills ${step.servers.join(", ")}`);
      return fillServers(stage, step.servers);
    case "save":
      await execIn({ deployment: stage.deployment, service: step.server }, ["redis-cli", "SAVE"]);
      return;
    case "hold-copies":
      return holdCopies(stage);
    case "inject": {
      throwIfInterrupted(stage);
      await predict(stage);
      await noteFailovers(stage);
      if (stage.faultDelayMs) await sleep(stage.faultDelayMs);
      const faults = await aim(stage, step.faults);
      narrator.doing(faults.map(({ kind, target }) => `${kind} ${target}`).join(", "));
      await noteDisturbances(stage);
      return injectFaults(stage, faults);
    }
    case "browse":
      narrator.doing(`${users} users browse for ${step.forMs / 1_000} s or more`);
      return everyoneBrowses(stage, step);
    case "heal":
      narrator.doing("repairing, and waiting until nginx uses every app server again");
      await healFaults(stage);
      return settle(stage);
    case "settle":
      narrator.doing("waiting until every policy goes by the new lists");
      return settle(stage);
    case "check-in":
      await predict(stage);
      narrator.doing(`${users} users are asked who they are, for the record`);
      return everyoneChecksIn(stage);
  }
}

/** The steps that begin a phase. Steps of the story belong to whatever phase it is. */
function phaseOf(step: Step): Stage["phase"] | undefined {
  const phases: Partial<Record<Step["do"], Stage["phase"]>> = {
    "log-in": "baseline",
    inject: "fault",
    browse: "fault",
    change: "fault",
    "log-out": "fault",
    "keep-shopping": "fault",
    forge: "fault",
    "try-planted": "fault",
    "try-copies": "fault",
    "check-in": "final",
  };
  return phases[step.do];
}

function announceUsers({ members, idleMs, recorder }: Stage): void {
  for (const { user, architecture, role, seat } of members)
    recorder.record({
      type: "user",
      at: recorder.now(),
      user: user.id,
      architecture: architecture.id,
      role,
      address: user.address,
      ...(seat === undefined ? {} : { seat }),
      ...(idleMs === undefined ? {} : { idleMs }),
    });
}

/**
 * A cookie that names an app server (nginx's `route=`) should name the one that answers. Sessions are led rightly all the same:
 * who reads the label, in a log or to drain a server, is misled.
 */
function noteWrongLabels({ members, appServers, recorder }: Stage): void {
  const wrong = new Map<string, string>();
  for (const { user, architecture, seat } of members)
    for (const { name, value } of user.cookies)
      if (seat !== undefined && appServers.includes(value) && value !== seat)
        wrong.set(architecture.policy.id, `the affinity cookie says ${name}=${value}, and ${seat} answers`);
  for (const [policy, says] of wrong)
    recorder.record({ type: "alert", at: recorder.now(), service: balancer, line: `policy ${policy}: ${says}` });
}

/** Lines that nginx must never write, whatever the scenario. */
async function noteAlerts({ deployment, recorder }: Stage, sinceMs: number): Promise<void> {
  const log = await logOf({ deployment, service: balancer }, { from: "stderr", sinceMs }).catch(() => "");
  for (const line of log.split("\n").filter((text) => /\[(alert|emerg)\]/.test(text)))
    recorder.record({ type: "alert", at: recorder.now(), service: balancer, line: line.trim() });
}
