import { LabError } from "../errors.ts";
import { noteHealed } from "../record/unhealed.ts";
import { newestFirst } from "../servers/heal.ts";
import { restoreSettings } from "../servers/session-servers.ts";
import { type Ailment, mend } from "./ailments.ts";
import { type Recorded, undo, unseenAmong } from "./heal-by-record.ts";
import type { Lab } from "./identity/lab.ts";
import { labDeployment } from "./lab-deployment.ts";
import type { LabEngine } from "./lab-engine.ts";
import { openLabServices } from "./lab-services.ts";
import { labServices } from "./services.ts";

export interface PuttingRight {
  lab: Lab;
  engine: LabEngine;
  recorded: readonly Recorded[];
  /** What a look has found. */
  found: readonly Ailment[];
  /** Looks again. */
  look: () => Promise<readonly Ailment[]>;
  /** Told what was found before it is mended. */
  say: (ailment: Ailment) => void;
  /** Ends it after what is being mended: what is still ill stays so. */
  signal: AbortSignal;
}

/**
 * Undoes what is on record by each fault's own `heal`, newest first; then mends what a look finds, which nobody has put on record, as
 * a `docker kill` by hand. Tries everything.
 *
 * @throws what was in the way, when everything was tried; the signal's reason
 */
export async function putRight({ lab, engine, recorded, found, look, say, signal }: PuttingRight): Promise<void> {
  const deployment = labDeployment(lab, engine);
  await using services = openLabServices(lab, engine);
  const said = new Set<string>();
  const sayOnce = (ailment: Ailment) => {
    const what = `${ailment.service} ${ailment.found}`;
    if (!said.has(what)) say(ailment);
    said.add(what);
  };
  const errors = new Map<string, unknown>();
  const tries = (service: string, act: Promise<void>) => act.catch((error) => void errors.set(service, error));
  const heal = async (one: Recorded) => {
    await undo(one, services);
    noteHealed(lab, one.line);
  };

  const inVain: Recorded[] = [];
  await newestFirst(recorded, async (one) => {
    if (signal.aborted) return;
    for (const ailment of [...found, ...unseenAmong([one])]) if (ailment.service === one.target) sayOnce(ailment);
    await heal(one).catch(() => inVain.push(one));
  });
  signal.throwIfAborted();
  const left = recorded.length > 0 ? await look() : found;
  for (const ailment of left) {
    signal.throwIfAborted();
    sayOnce(ailment);
    await tries(ailment.service, mend(ailment, deployment));
  }
  // What could not be asked when it was looked at may be set otherwise, too.
  const wereIll = new Set([...found, ...left].map(({ service }) => service));
  const running = (await deployment.states()).filter(({ service, running }) => running && wereIll.has(service));
  await Promise.all(
    running
      .filter(({ service }) => !errors.has(service))
      .map(({ service }) => tries(service, restoreSettings({ service, deployment }, labServices()))),
  );
  // Its own heal may have needed what has been mended since.
  await newestFirst(inVain, (one) => tries(one.target, heal(one)));
  if (errors.size > 0) throw together([...errors.values()]);
}

/** One error stays as it is. */
function together(errors: readonly unknown[]): unknown {
  if (errors.length === 1) return errors[0];
  const known = errors.filter((error) => error instanceof LabError);
  if (known.length < errors.length) return new AggregateError(errors, errors.map(String).join("; "));
  return new LabError(known.map(({ message }) => message).join(" "), {
    id: known[0]!.id,
    todo: [...new Set(known.map(({ todo }) => todo))].join(" "),
    exit: "environment",
    cause: errors,
  });
}
