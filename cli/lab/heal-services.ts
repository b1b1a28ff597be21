import { LabError } from "../errors.ts";
import { unhealedIn } from "../record/unhealed.ts";
import type { Service } from "../servers/service.ts";
import { lastSeen, waitUntil } from "../wait.ts";
import { type Ailment, findAilments } from "./ailments.ts";
import { asRecorded, unseenAmong } from "./heal-by-record.ts";
import type { Lab } from "./identity/lab.ts";
import { nameSuffix } from "./identity/lab-name.ts";
import type { LabEngine } from "./lab-engine.ts";
import { openLabServices } from "./lab-services.ts";
import { putRight } from "./put-right.ts";
import { reviveLab } from "./start-lab.ts";

/** A service that does not answer by then has a problem that waiting does not solve. */
const answerDeadlineMs = 30_000;
/** Never aborted. */
const forever = new AbortController().signal;

export interface Healing {
  lab: Lab;
  engine: LabEngine;
  /** Only these services. */
  only?: readonly string[];
  /** Told what was found before it is mended. */
  say: (ailment: Ailment) => void;
  /** Ends it after what is being mended: what is still ill stays so. */
  signal?: AbortSignal;
}

/**
 * Mends what is ill: what is on record as broken, and what a look finds. Waits until it answers; when all of the lab is well, until every
 * architecture answers. Tries everything.
 *
 * @returns what is still ill, because it was not asked for
 * @throws LabError (`not-ready`) when something does not answer; (`redis-cannot-save`, ...) when something cannot be mended
 */
export async function healServices({ lab, engine, only, say, signal = forever }: Healing): Promise<Ailment[]> {
  const isWanted = (service: string) => only === undefined || only.includes(service);
  const look = () => findAilments(lab, engine);
  const wantedOf = (ailments: readonly Ailment[]) => ailments.filter(({ service }) => isWanted(service));
  const [all, recorded] = await Promise.all([look(), asRecorded(unhealedIn(lab))]);
  await putRight({
    ...{ lab, engine, say, signal },
    recorded: recorded.filter(({ target }) => isWanted(target)),
    found: wantedOf(all),
    look: async () => wantedOf(await look()),
  });
  const left = [...all, ...unseenAmong(recorded)].filter(({ service }) => !isWanted(service));
  if (left.length === 0) await reviveLab(lab, engine, signal);
  else await theseAnswer(only ?? [], lab, engine);
  signal.throwIfAborted();
  return left;
}

/**
 * For whatever measures: a lab that is broken already, or was broken by hand and forgotten, answers another question than the one
 * that is asked.
 *
 * @throws LabError (`lab-unwell`)
 */
export async function requireWell(lab: Lab, engine: LabEngine): Promise<void> {
  const ailments = [...(await findAilments(lab, engine)), ...unseenAmong(await asRecorded(unhealedIn(lab)))];
  if (ailments.length === 0) return;
  const suffix = nameSuffix(lab.name);
  throw new LabError(
    `The lab "${lab.name}" is not well: ${ailments.map(({ service, found }) => `${service} is ${found}`).join("; ")}.`,
    { id: "lab-unwell", todo: `Run \`lab heal${suffix}\`, then this again.`, exit: "environment" },
  );
}

async function theseAnswer(names: readonly string[], lab: Lab, engine: LabEngine): Promise<void> {
  await using services = openLabServices(lab, engine);
  const answering = await waitUntil({
    look: () => Promise.all(names.map((name) => problemOf(services.named(name)))),
    until: (problems) => problems.every((problem) => problem === undefined),
    deadlineMs: answerDeadlineMs,
  });
  if (answering.ok) return;
  const problems = lastSeen(answering, (seen) => seen.filter(Boolean).join("; "));
  throw new LabError(`Not everything answers: ${problems}.`, {
    id: "not-ready",
    todo: "Perhaps it needs something else that is broken: `lab heal` mends all of the lab.",
    exit: "environment",
  });
}

/** Well is what answers; of a service that nobody asks anything directly, Docker's health check says so. */
async function problemOf(service: Service): Promise<string | undefined> {
  const [{ health }, { answers, says }] = await Promise.all([service.state(), service.feel()]);
  return answers || health === "healthy" ? undefined : says;
}
