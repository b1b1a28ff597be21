import { randomBytes } from "node:crypto";
import { loadFault } from "../catalogue.ts";
import { runExperiment } from "../experiment/experiment.ts";
import { makePlan } from "../experiment/plan.ts";
import { throwFirst } from "../experiment/troubles.ts";
import type { OperationEvent } from "../history/events.ts";
import { named } from "../history/services.ts";
import { architectureCalled, driveUser } from "../lab/drive-user.ts";
import { healServices } from "../lab/heal-services.ts";
import type { Lab } from "../lab/identity/lab.ts";
import { injectByHand } from "../lab/inject-by-hand.ts";
import type { LabEngine } from "../lab/lab-engine.ts";
import { ownServices, usualVictim } from "../lab/own-services.ts";
import { type Guard, guardRunningLab } from "../record/guard-lab.ts";
import type { Narrator } from "../runner/narrator.ts";
import type { Interrupt } from "../terminal/interrupt.ts";
import { selectArchitectures } from "../theory/architectures.ts";
import { loadStores } from "../theory/stores.ts";
import type { Access } from "../users/access.ts";
import { findKeptUser, type KeptUser, keptUsers } from "../users/by-hand/kept-user.ts";
import { clientAddresses } from "../users/client-address.ts";
import { VirtualUser } from "../users/virtual-user.ts";
import { waitUntil } from "../wait.ts";
import type { KnownUser, LessonTools, Reply, Stranger } from "./lesson.ts";

const appServers = named(ownServices, "app-server");

/** Twice nginx's failure window (`fail_timeout` in nginx/policies), and then some. */
const patienceMs = 6_000;

export interface LessonToolsOptions {
  lab: Lab;
  engine: LabEngine;
  access: Access;
  narrator: Narrator;
  interrupt: Interrupt;
  /** Notes of the lesson's setup. */
  notes: Map<string, string>;
}

/** The running lab, as lessons use it. */
export function openLessonTools({ lab, engine, access, narrator, interrupt, notes }: LessonToolsOptions): LessonTools {
  const architectures = selectArchitectures(lab);
  const newAddress = clientAddresses();
  /** While something is killed. */
  let guard: Guard | undefined;
  const whoami: LessonTools["whoami"] = async (name, id) => {
    const request = { name, action: "whoami" as const, architecture: architectureCalled(id) };
    const { operation, judgement } = await driveUser(request, { lab, engine });
    return replyOf(operation!, judgement?.says);
  };
  return {
    appServers,
    stores: [...new Set(architectures.map(({ store }) => store.id))],
    architectures: architectures.map(({ id }) => id),
    async play(scenarioId, { policies, stores, users }) {
      const plan = await makePlan({
        scenarioId,
        policies,
        stores,
        users,
        seed: 1,
        victim: usualVictim,
        name: lab.name,
        keep: true,
        command: `lab scenario ${scenarioId} --policy ${policies.join(",")} --store ${stores.join(",")} --users ${users}`,
      });
      const { result, troubles } = await runExperiment(plan, narrator, interrupt);
      if (troubles.length > 0) throwFirst(troubles);
      interrupt.signal.throwIfAborted();
      // Perhaps only because the engine went away; then it is no measurement.
      if (result.verdict === "inconclusive") await engine.version();
      return result;
    },
    stranger: (id) => openStranger(id, { access, address: newAddress() }),
    whoami,
    whoamiUntil: async (name, id, wanted) => {
      const look = () => whoami(name, id);
      const until = ({ answer }: Reply) => answer === wanted;
      const waiting = { look, until, deadlineMs: patienceMs, everyMs: 200, signal: interrupt.signal };
      const { seen } = await waitUntil(waiting);
      return seen ?? { answer: "none", server: undefined, boot: undefined, says: "no look came to an end" };
    },
    known: (name, architecture) => asKnown(findKeptUser({ lab: lab.name, name, architecture })),
    everybody: (architecture) =>
      keptUsers(lab.name)
        .filter((user) => user.architecture === architecture)
        .flatMap((user) => asKnown(user) ?? []),
    state: async (service) => (await engine.containerOf(lab, service)).state(),
    boot: async (appServer) =>
      (await openStranger("cookie.memory", { access, address: newAddress() }).askAt(appServer)).boot,
    serverOf: (store) => loadStores().find(({ id }) => id === store)?.server ?? undefined,
    async kill(service) {
      guard ??= guardRunningLab(lab);
      const kill = (await loadFault("kill"))(service);
      await injectByHand(kill, { lab, engine, guard, signal: interrupt.signal });
    },
    async heal() {
      await healServices({ lab, engine, say: ({ service, cure }) => narrator.doing(`${service}: ${cure}`) });
      await guard?.[Symbol.asyncDispose]();
      guard = undefined;
    },
    remember: (key, value) => void notes.set(key, value),
    recall: (key) => notes.get(key),
  };
}

function openStranger(id: string, { access, address }: { access: Access; address: string }): Stranger {
  const { host, policy, store } = architectureCalled(id);
  const { site, transport, originOf, door } = access;
  const name = `visitor-${randomBytes(4).toString("hex")}`;
  const browser = new VirtualUser({
    ...{ id: name, origin: originOf(policy.id), host, address },
    nonce: randomBytes(12).toString("base64url"),
  });
  const sending = { site, transport, now: () => performance.now() };
  return {
    do: async (kind) =>
      replyOf(
        await browser.perform(kind, sending, { phase: "baseline", ...(kind === "add-item" ? { item: "item-1" } : {}) }),
      ),
    askAt: async (appServer) => {
      const at = await door.to({ appServer, store: store.id });
      return replyOf(await browser.perform("who-am-i", sending, { phase: "baseline", jar: "home", at }));
    },
    replay: async () => replyOf(await browser.perform("who-am-i", sending, { phase: "final", jar: "pinned" })),
    get home() {
      return browser.home;
    },
  };
}

function replyOf({ answer, server, boot }: OperationEvent, says = ""): Reply {
  return { answer, server, boot, says };
}

function asKnown(user: KeptUser | undefined): KnownUser | undefined {
  if (!user) return undefined;
  const { session, cart, home } = user.acknowledged;
  return { name: user.name, session, cart, home };
}
