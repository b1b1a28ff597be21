import { faultKinds, loadFault } from "../catalogue.ts";
import { LabError } from "../errors.ts";
import type { Evidence, FaultEffect, FaultEvent } from "../history/events.ts";
import type { Ailment } from "../lab/ailments.ts";
import { refuseDuringRun } from "../lab/claim-lab.ts";
import { healServices } from "../lab/heal-services.ts";
import type { Lab } from "../lab/identity/lab.ts";
import { injectByHand } from "../lab/inject-by-hand.ts";
import type { LabEngine } from "../lab/lab-engine.ts";
import { serviceNames } from "../lab/lab-services.ts";
import { type Guard, refuseBusyLab } from "../record/guard-lab.ts";
import type { Fault } from "../servers/fault.ts";
import { engineSays } from "../servers/inject.ts";
import type { Feed } from "./feed.ts";
import type { Answered, FaultChoice } from "./page-data.ts";

export interface FaultButtonsOptions {
  lab: Lab;
  engine: LabEngine;
  feed: Feed;
  guard: Pick<Guard, "note" | "owner">;
}

/** Breaks and heals services as `lab fault` and `lab heal` do, tells the feed, and knows what it has broken. */
export class FaultButtons {
  readonly #lab: Lab;
  readonly #engine: LabEngine;
  readonly #feed: Feed;
  readonly #guard: FaultButtonsOptions["guard"];
  /** Injected from here and not healed yet; also on record, in case this process dies. */
  #broken: Fault[] = [];
  /** What is being done to a service. */
  readonly #busy = new Map<string, Promise<Answered>>();
  #isOver = false;
  hasBrokenSomething = false;

  constructor({ lab, engine, feed, guard }: FaultButtonsOptions) {
    this.#lab = lab;
    this.#engine = engine;
    this.#feed = feed;
    this.#guard = guard;
  }

  async inject(kind: string, service: string): Promise<Answered> {
    if (!(await faultsByHand()).some((fault) => fault.kind === kind))
      return { ok: false, says: `there is no fault "${kind}"` };
    return this.#alone(service, async () => {
      const fault = (await loadFault(kind))(service);
      const tell = (state: FaultEvent["state"], evidence?: Evidence[]) => {
        if (state === "injecting") this.#broken.push(fault);
        this.hasBrokenSomething = true;
        this.#note(fault, state, evidence);
      };
      const [lab, engine, guard] = [this.#lab, this.#engine, this.#guard];
      try {
        const { confirmed, experience } = await injectByHand(fault, { lab, engine, guard, tell });
        return { ok: confirmed, says: `${kind} ${service}: ${confirmed ? experience : "not confirmed by both signs"}` };
      } catch (error) {
        if (error instanceof LabError && error.id === "fault-hits-nothing")
          this.#note(fault, "failed", [engineSays(error.message)]);
        throw error;
      }
    });
  }

  async heal(service: string): Promise<Answered> {
    return this.#alone(service, async () => {
      const faults = this.#broken.filter(({ target }) => target === service);
      for (const fault of faults) this.#note(fault, "healing");
      const mended = await this.#healThese([service]);
      for (const fault of faults) this.#note(fault, "healed");
      return { ok: true, says: mended.join("; ") || `${service} is well` };
    });
  }

  /** Heals whatever was broken from here, and does nothing more. @returns what was found and done, in words */
  async healAll(): Promise<string[]> {
    this.#isOver = true;
    // A fault that is under way would come after its healing.
    await Promise.all(this.#busy.values());
    const services = [...new Set(this.#broken.map(({ target }) => target))];
    return services.length === 0 ? [] : this.#healThese(services);
  }

  /** @returns what was found and done, in words */
  async #healThese(only: readonly string[]): Promise<string[]> {
    const mended: string[] = [];
    const say = ({ service, found, cure }: Ailment) => void mended.push(`${service} was ${found}: ${cure}`);
    await healServices({ lab: this.#lab, engine: this.#engine, only, say });
    this.#broken = this.#broken.filter(({ target }) => !only.includes(target));
    return mended;
  }

  /** One thing at a time is done to a service. */
  async #alone(service: string, act: () => Promise<Answered>): Promise<Answered> {
    if (this.#isOver) return { ok: false, says: "the lab command is ending" };
    if (this.#busy.has(service)) return { ok: false, says: `${service} is being dealt with already` };
    const answered = this.#answer(service, act).finally(() => this.#busy.delete(service));
    this.#busy.set(service, answered);
    return answered;
  }

  /** Never rejects. */
  async #answer(service: string, act: () => Promise<Answered>): Promise<Answered> {
    try {
      refuseBusyLab(this.#lab.name);
      refuseDuringRun(this.#lab.name);
      const known = await serviceNames(this.#lab, this.#engine);
      if (!known.includes(service)) return { ok: false, says: `there is no service "${service}"` };
      return await act();
    } catch (error) {
      return {
        ok: false,
        says: error instanceof LabError ? `${error.message} ${error.todo}` : (error as Error).message,
      };
    }
  }

  #note({ kind, target, effect }: Fault, state: FaultEvent["state"], evidence?: Evidence[]): void {
    const at = this.#feed.now();
    this.#feed.record({ type: "fault", at, kind, target, effect, state, ...(evidence ? { evidence } : {}) });
  }
}

/** What can be done to any service that runs; `lab fault` has the others, which are for one kind of service or one state. */
export async function faultsByHand(): Promise<FaultChoice[]> {
  const faults = await Promise.all(faultKinds().map(async (kind) => (await loadFault(kind))("any")));
  return faults
    .filter(({ effect, hits }) => !hits && !effect.lists && effect.process !== "begins")
    .map(({ kind, effect }) => ({ kind, word: wordFor(kind, effect) }));
}

/** In plain words where the kind is a term of the trade. */
function wordFor(kind: string, { reach }: FaultEffect): string {
  if (reach === "nobody") return "Cut off";
  return `${kind.charAt(0).toUpperCase()}${kind.slice(1)}`.replaceAll("-", " ");
}
