import { faultKinds, loadFault } from "../catalogue.ts";
import type { Engine } from "../docker/engine.ts";
import { type Ailment, healServices } from "../docker/heal-services.ts";
import { serviceNames } from "../docker/lab-services.ts";
import { LabError } from "../errors.ts";
import type { FaultEvent } from "../history/events.ts";
import { injectByHand } from "../inject-by-hand.ts";
import type { Lab } from "../lab/topology.ts";
import type { Feed } from "./feed.ts";
import type { Answered } from "./page-data.ts";

/** Breaks and heals services as `lab fault` and `lab heal` do, tells the feed, and knows what it has broken. */
export class Hands {
  readonly #lab: Lab;
  readonly #engine: Engine;
  readonly #feed: Feed;
  /** Services that were broken from here and not healed yet, with the kinds of faults. */
  readonly #broken = new Map<string, string[]>();
  readonly #busy = new Set<string>();
  hasBrokenSomething = false;

  constructor({ lab, engine, feed }: { lab: Lab; engine: Engine; feed: Feed }) {
    this.#lab = lab;
    this.#engine = engine;
    this.#feed = feed;
  }

  async inject(kind: string, service: string): Promise<Answered> {
    if (!(await faultsByHand()).includes(kind)) return { ok: false, says: `there is no fault "${kind}"` };
    return this.#alone(service, async () => {
      const fault = (await loadFault(kind))(service);
      this.hasBrokenSomething = true;
      const kinds = this.#broken.get(service) ?? [];
      this.#note(kind, service, "injecting");
      // On the list before anything is done: half an injection is healed, too.
      this.#broken.set(service, [...kinds, kind]);
      try {
        const { confirmed, evidence, experience } = await injectByHand(fault, { lab: this.#lab, engine: this.#engine });
        this.#note(kind, service, "injected");
        this.#note(kind, service, confirmed ? "confirmed" : "unconfirmed", evidence);
        return { ok: confirmed, says: `${kind} ${service}: ${confirmed ? experience : "not confirmed by both signs"}` };
      } catch (error) {
        this.#note(kind, service, "failed", [{ source: "engine", shows: false, says: (error as Error).message }]);
        if (error instanceof LabError && error.id === "fault-hits-nothing") {
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
      this.#broken.delete(service);
      return { ok: true, says: mended.map(sayMended).join("; ") || `${service} is well` };
    });
  }

  /** Heals whatever was broken from here. @returns what was found and done, in words */
  async healAll(): Promise<string[]> {
    const services = [...this.#broken.keys()];
    if (services.length === 0) return [];
    const mended: Ailment[] = [];
    await healServices({
      lab: this.#lab,
      engine: this.#engine,
      only: services,
      say: (ailment) => mended.push(ailment),
    });
    this.#broken.clear();
    return mended.map(sayMended);
  }

  /** One thing at a time is done to a service. */
  async #alone(service: string, act: () => Promise<Answered>): Promise<Answered> {
    if (this.#busy.has(service)) return { ok: false, says: `${service} is being dealt with already` };
    this.#busy.add(service);
    try {
      const known = await serviceNames(this.#lab, this.#engine);
      if (!known.includes(service)) return { ok: false, says: `there is no service "${service}"` };
      return await act();
    } catch (error) {
      return {
        ok: false,
        says: error instanceof LabError ? `${error.message} ${error.todo}` : (error as Error).message,
      };
    } finally {
      this.#busy.delete(service);
    }
  }

  #note(kind: string, target: string, state: FaultEvent["state"], evidence?: FaultEvent["evidence"]): void {
    const at = this.#feed.now();
    this.#feed.record({ type: "fault", at, kind, target, state, ...(evidence ? { evidence } : {}) });
  }
}

/** What can be done to any service that runs; `lab fault` has the others, which are for one kind of service or one state. */
export async function faultsByHand(): Promise<string[]> {
  const faults = await Promise.all(faultKinds().map(async (kind) => (await loadFault(kind))("any")));
  return faults.filter(({ needs, only, changesLists }) => !needs && !only && !changesLists).map(({ kind }) => kind);
}

function sayMended({ service, found, cure }: Ailment): string {
  return `${service} was ${found}: ${cure}`;
}
