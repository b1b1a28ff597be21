import { LabError } from "../errors.ts";

/** The first engine without the fault that is described below. */
const firstSoundEngine = 23;

/** Whether two containers that leave a network at the same instant may bring this engine to a stop. @param version e.g. `20.10.24` */
export function mayHang(version: string): boolean {
  return Number.parseInt(version, 10) < firstSoundEngine;
}

export type Leave = <Value>(act: () => Promise<Value>) => Promise<Value>;

/**
 * Whatever takes a container off its network (kill, stop, disconnect, remove) goes through this. Two at the same instant can bring
 * an engine before 23 (Debian 12 has 20.10) to a stop: each waits for a lock that the other holds, and from then on the engine
 * answers hardly anything until it is restarted (https://github.com/moby/moby/pull/42545). There they leave one after the other;
 * newer engines take them all at once.
 *
 * @param versionOf asks the engine, until it has answered once
 * @param alone does something while no other process does; held around each single one, so that two commands take turns
 */
export function leaveInTurn(versionOf: () => Promise<string>, alone: Leave = (act) => act()): Leave {
  let asked: Promise<string> | undefined;
  let last: Promise<unknown> = Promise.resolve();
  return async (act) => {
    // An engine that was away when it was asked may be back.
    asked ??= versionOf().catch((error) => {
      asked = undefined;
      throw error;
    });
    if (!mayHang(await asked)) return act();
    const turn = last.then(() => alone(act));
    // Whoever comes next waits for the end of it, however it ends; but not for an engine that has hung already.
    last = turn.catch((error) => {
      if (!(error instanceof LabError && error.id === "engine-silent")) return;
      last = Promise.resolve();
      throw error;
    });
    last.catch(() => {});
    return turn;
  };
}
