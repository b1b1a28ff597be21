import { unknownValue } from "../errors.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { lookAtSessions } from "../lab/look-at-sessions.ts";
import { obtainLab } from "../lab/obtain-lab.ts";
import { jsonReport } from "../report/json.ts";
import { sessionsReport } from "../report/session-map.ts";
import { harmless } from "../report/text.ts";
import { detectTerminal } from "../terminal/detect-terminal.ts";
import { loadStores } from "../theory/stores.ts";

export interface SessionsOptions {
  name: string;
  store?: string;
  json?: boolean;
}

export async function sessions({ name, store, json }: SessionsOptions, { colour }: { colour: boolean }): Promise<void> {
  const profiles = store === undefined ? [] : profilesFor(store);
  const engine = new LabEngine();
  const lab = await obtainLab({ name, engine, profiles });
  const map = await lookAtSessions(lab, engine, store === undefined ? {} : { store });
  process.stdout.write(json ? jsonReport(map) : sessionsReport(map, detectTerminal({ colour })));
}

/** The Compose profiles that a store needs. @throws LabError (`unknown-store`) */
function profilesFor(store: string): string[] {
  const stores = loadStores();
  const found = stores.find(({ id }) => id === store);
  if (!found)
    throw unknownValue(
      "store",
      harmless(store),
      stores.map(({ id }) => id),
    );
  return found.profile === null ? [] : [found.profile];
}
