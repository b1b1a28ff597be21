import { baselineOf } from "./fate-of.ts";
import type { JudgedSession } from "./judged-session.ts";

/** All sessions of a run, by architecture, and what each architecture asks about all of them: found out once, not for each. */
export class Everybody {
  readonly sessions: readonly JudgedSession[];
  readonly #byArchitecture = new Map<string, JudgedSession[]>();
  #isAnyTouched: boolean | undefined;
  #controls: Survival | undefined;

  constructor(sessions: readonly JudgedSession[]) {
    this.sessions = sessions;
    for (const judged of sessions) {
      const own = this.#byArchitecture.get(judged.session.architecture);
      if (own) own.push(judged);
      else this.#byArchitecture.set(judged.session.architecture, [judged]);
    }
  }

  of(architecture: string): readonly JudgedSession[] {
    return this.#byArchitecture.get(architecture) ?? [];
  }

  get isAnyTouched(): boolean {
    this.#isAnyTouched ??= this.sessions.some(({ exposed }) => exposed);
    return this.#isAnyTouched;
  }

  /**
   * Untouched sessions of the same architecture, or, where the faults touch all of these, of the whole run: all still there? Where
   * there is none at all, because every app server has its turn: the sessions whose turn had not come yet.
   */
  controlsSurvived(own: readonly JudgedSession[]): boolean {
    const near = survivalIn(own);
    if (near.ofControls !== undefined) return near.ofControls;
    this.#controls ??= survivalIn(this.sessions);
    return this.#controls.ofControls ?? near.ofWaiting ?? this.#controls.ofWaiting ?? false;
  }
}

/** Whether all of them are still there; undefined where there are none. */
interface Survival {
  ofControls: boolean | undefined;
  ofWaiting: boolean | undefined;
}

function survivalIn(sessions: readonly JudgedSession[]): Survival {
  const held = sessions.filter(({ session }) => baselineOf(session) === "held");
  const controls = held.filter(({ exposed }) => !exposed);
  const waiting = held.filter(({ outlasted }) => outlasted !== undefined);
  return {
    ofControls: controls.length === 0 ? undefined : controls.every(({ fate }) => fate === "survived"),
    ofWaiting: waiting.length === 0 ? undefined : waiting.every(({ outlasted }) => outlasted),
  };
}
