import { faultKinds, loadFault } from "../catalogue.ts";
import type { Engine } from "../docker/engine.ts";
import { LabError } from "../errors.ts";
import type { FaultEvent } from "../history/events.ts";
import { refuseDuringRun } from "../lab/claim-lab.ts";
import { type Ailment, healServices } from "../lab/heal-services.ts";
import { serviceNames } from "../lab/lab-services.ts";
import type { Lab } from "../lab/topology.ts";
import { type Guard, refuseBusyLab } from "../record/guard-lab.ts";
import { injectByHand } from "../servers/inject-by-hand.ts";
import type { Feed } from "./feed.ts";
import type { Answered } from "./page-data.ts";

export interface HandsOptions {
  lab: Lab;
  engine: Engine;
  feed: Feed;
  guard: Pick<Guard, "note" | "owner">;
}

/**
 * Breaks and heals services as `lab fault` and `lab heal` do, tells the feed, and knows what it has broken: here, and on record in
 * case this process dies.
 */
export class Hands {
  readonly #lab: Lab;
  readonly #engine: Engine;
  readonly #feed: Feed;
  readonly #guard: HandsOptions["guard"];
  /** Services that were broken from here and not healed yet, with the kinds of faults. */
  readonly #broken = new Map<string, string[]>();
  /** What is being done to a service. */
  readonly #busy = new Map<string, Promise<Answered>>();
  #isOver = false;
  hasBrokenSomething = false;

  constructor({ lab, engine, feed, guard }: HandsOptions) {
    this.#lab = lab;
    this.#engine = engine;
    this.#feed = feed;
    this.#guard = guard;
  }

  async inject(kind: string, service: string): Promise<Answered> {
    if (!(await faultsByHand()).includes(kind)) return { ok: false, says: `there is no fault "${kind}"` };
    return this.#alone(service, async () => {
      const fault = (await loadFault(kind))(service);
      const kinds = this.#broken.get(service) ?? [];
      const isNew = !kinds.includes(kind);
      // On record and on the list before anything is done: half an injection is healed, too.
      if (isNew) this.#record("breaking", service, [kind]);
      this.#broken.set(service, [...kinds, kind]);
      this.hasBrokenSomething = true;
      this.#note(kind, service, "injecting");
      try {
        const { confirmed, evidence, experience } = await injectByHand(fault, { lab: this.#lab, engine: this.#engine });
        this.#note(kind, service, "injected");
        this.#note(kind, service, confirmed ? "confirmed" : "unconfirmed", evidence);
        return { ok: confirmed, says: `${kind} ${service}: ${confirmed ? experience : "not confirmed by both signs"}` };
      } catch (error) {
        this.#note(kind, service, "failed", [{ source: "engine", shows: false, says: (error as Error).message }]);
        if (error instanceof LabError && error.id === "fault-hits-nothing") {
          if (isNew) this.#record("healed", service, [kind]);
          if (kinds.length > 0) this.#broken.set(service, kinds);
          else this.#broken.delete(service);
        }
        throw error;
      }
    });
  }

  async heal(service: string): Promise<Answered> {
    return this.#alone(service, async () => {
      const mended: Ailment[] = [];
      const kinds = this.#broken.get(service) ?? [];
      for (const kind of kinds) this.#note(kind, service, "healing");
      await healServices({
        lab: this.#lab,
        engine: this.#engine,
        only: [service],
        say: (ailment) => mended.push(ailment),
      });
      for (const kind of kinds) this.#note(kind, service, "healed");
      this.#isHealed(service);
      return { ok: true, says: mended.map(sayMended).join("; ") || `${service} is well` };
    });
  }

  /** Heals whatever was broken from here, and does nothing more. @returns what was found and done, in words */
  async healAll(): Promise<string[]> {
    this.#isOver = true;
    // A fault that is under way would come after its healing.
    await Promise.all(this.#busy.values());
    const services = [...this.#broken.keys()];
    if (services.length === 0) return [];
    const mended: Ailment[] = [];
    await healServices({
      lab: this.#lab,
      engine: this.#engine,
      only: services,
      say: (ailment) => mended.push(ailment),
    });
    for (const service of services) this.#isHealed(service);
    return mended.map(sayMended);
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

  #isHealed(service: string): void {
    this.#record("healed", service, this.#broken.get(service) ?? []);
    this.#broken.delete(service);
  }

  #record(type: "breaking" | "healed", target: string, kinds: readonly string[]): void {
    if (kinds.length === 0) return;
    const { owner } = this.#guard;
    this.#guard.note(...kinds.map((kind) => ({ type, kind, target, owner })));
  }

  #note(kind: string, target: string, state: FaultEvent["state"], evidence?: FaultEvent["evidence"]): void {
    const at = this.#feed.now();
    this.#feed.record({ type: "fault", at, kind, target, state, ...(evidence ? { evidence } : {}) });
  }
}

/** What can be done to any service that runs; `lab fault` has the others, which are for one kind of service or one state. */
export async function faultsByHand(): Promise<string[]> {
  const faults = await Promise.all(faultKinds().map(async (kind) => (await loadFault(kind))("any")));
  return faults
    .filter(({ effect, hits }) => !hits && !effect.lists && effect.process !== "begins")
    .map(({ kind }) => kind);
}

function sayMended({ service, found, cure }: Ailment): string {
  return `${service} was ${found}: ${cure}`;
}
