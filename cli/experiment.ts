import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { addServers } from "./docker/add-servers.ts";
import { composeVersion } from "./docker/compose.ts";
import { Engine, type Resource } from "./docker/engine.ts";
import { type Guard, guardRunningLab, refuseBusyLab } from "./docker/guard-lab.ts";
import { removeLab } from "./docker/remove-lab.ts";
import { openService, redisInfo } from "./docker/service.ts";
import { findLab, reviveLab, startLab } from "./docker/start-lab.ts";
import { historyVersion, type RunEvent, type Versions } from "./history/events.ts";
import { readHistory } from "./history/reader.ts";
import { FileRecorder } from "./history/recorder.ts";
import type { Interrupt } from "./interrupt.ts";
import { newRunFolder, runFiles } from "./lab/runs.ts";
import { loadStores } from "./lab/stores.ts";
import { appServers, balancer, type Lab } from "./lab/topology.ts";
import { type Plan, profilesOfPlan } from "./plan.ts";
import { newFailoversSeen } from "./runner/note-failovers.ts";
import { seededShuffle } from "./runner/pace.ts";
import { runScenario } from "./runner/run-scenario.ts";
import { Interrupted, type Narrator, type Stage } from "./runner/stage.ts";
import { clientAddresses, officeAddresses } from "./users/client-address.ts";
import { castPopulation } from "./users/population.ts";
import { openTransport } from "./users/transport.ts";
import { judge } from "./verdict/judge.ts";
import type { Result } from "./verdict/result.ts";
import { labVersion } from "./version.ts";

export interface Outcome {
  result: Result;
  folder: string;
}

/**
 * The whole way of a run: lab up, users in, steps played, lab down, verdict. Returns a result also when it was interrupted;
 * then the result says so.
 *
 * @throws LabError when the lab cannot be started; nothing is left behind then
 */
export async function runExperiment(plan: Plan, narrator: Narrator, interrupt: Interrupt): Promise<Outcome> {
  const engine = new Engine();
  const { signal } = interrupt;
  if (plan.users * plan.architectures.length >= crowd) collectSooner();
  const { lab, isOurs } = await openLab(plan, engine, narrator, interrupt);
  await using guard = guardRunningLab(lab);

  let run: OpenRun | undefined;
  let left: Resource[] = [];
  let ended: { complete: boolean; reason?: string } = { complete: true };
  try {
    run = openRun(plan, await describeRun(lab, engine, plan));
    await playOn(lab, engine, plan, { ...run, narrator, signal, guard });
  } catch (error) {
    ended = { complete: false, reason: (error as Error).message };
    if (!run || !(error instanceof Interrupted || signal.aborted)) throw error;
  } finally {
    try {
      if (isOurs) narrator.doing("removing the lab");
      left = isOurs ? await removeLab(lab, engine) : [];
    } finally {
      if (run) closeRun(run.recorder, left, ended);
    }
  }
  const { folder } = run;
  const result = await judge(readHistory(join(folder, runFiles.history)));
  writeFileSync(join(folder, runFiles.result), `${JSON.stringify(result, null, 2)}\n`, { mode: 0o600 });
  return { result, folder };
}

/**
 * Has a lab run while something is done with it: the running one, which stays, or one that is started and removed again.
 *
 * @returns what was left behind of a lab that was started here
 */
export async function withLab(
  plan: Plan,
  narrator: Narrator,
  interrupt: Interrupt,
  act: () => Promise<void>,
): Promise<Resource[]> {
  const engine = new Engine();
  const { lab, isOurs } = await openLab(plan, engine, narrator, interrupt);
  let left: Resource[] = [];
  try {
    await act();
  } finally {
    if (isOurs) {
      narrator.doing("removing the lab");
      left = await removeLab(lab, engine);
    }
  }
  return left;
}

/** The running lab of that name, with the optional servers that the plan needs, or one that is started. @returns whether this command has to remove it */
async function openLab(
  plan: Plan,
  engine: Engine,
  narrator: Narrator,
  interrupt: Interrupt,
): Promise<{ lab: Lab; isOurs: boolean }> {
  refuseBusyLab(plan.name);
  const running = await findLab(plan.name, engine);
  if (running) {
    // After a restart of the engine its containers are all there, and all dead.
    if ((await engine.states(running)).every((state) => !state.running)) {
      narrator.doing(`the lab "${plan.name}" is stopped: starting it again`);
      await reviveLab(running, engine, interrupt.signal);
    }
    const missing = profilesOfPlan(plan).filter((profile) => !running.profiles.includes(profile));
    if (missing.length === 0) return { lab: running, isOurs: false };
    narrator.doing(`starting ${missing.join(", ")} in the lab "${plan.name}", for as long as that runs`);
    return { lab: await addServers(running, missing, { engine, signal: interrupt.signal }), isOurs: false };
  }
  if (!plan.keep) interrupt.onSecond = async () => void (await removeLab(plan, engine));
  const lab = await startLab({
    name: plan.name,
    stays: plan.keep,
    engine,
    signal: interrupt.signal,
    profiles: profilesOfPlan(plan),
    say: (text) => narrator.doing(text),
    ...(plan.port === undefined ? {} : { port: plan.port }),
  });
  return { lab, isOurs: !plan.keep };
}

/** From so many users on, memory counts for more than the time that it takes to tidy it up. */
const crowd = 5_000;

/**
 * What a crowd keeps is long-lived and small beside what it leaves: by default V8 would let the heap double before it looks. Read
 * at each collection, so it may be set while the process runs.
 */
function collectSooner(): void {
  setFlagsFromString("--heap-growing-percent=25");
}

/** A run whose folder exists and whose history has begun. */
interface OpenRun {
  folder: string;
  recorder: FileRecorder;
}

function openRun(plan: Plan, header: RunEvent): OpenRun {
  const folder = newRunFolder(header.id);
  const recorder = new FileRecorder(join(folder, runFiles.history), plan.onEvent);
  recorder.record(header);
  const planned = { ...header, steps: plan.scenario.steps };
  writeFileSync(join(folder, runFiles.plan), `${JSON.stringify(planned, null, 2)}\n`, { mode: 0o600 });
  return { folder, recorder };
}

function closeRun(
  recorder: FileRecorder,
  leftovers: readonly Resource[],
  ended: { complete: boolean; reason?: string },
): void {
  for (const { kind, name } of leftovers) recorder.record({ type: "leftover", at: recorder.now(), kind, name });
  recorder.record({ type: "end", at: recorder.now(), ...ended });
  recorder.close();
}

interface RunTools extends OpenRun {
  narrator: Narrator;
  signal: AbortSignal;
  guard: Guard;
}

async function playOn(lab: Lab, engine: Engine, plan: Plan, tools: RunTools): Promise<void> {
  const { recorder, narrator, signal, guard } = tools;
  const transport = openTransport({ port: lab.port });
  try {
    narrator.doing(`${plan.architectures.length} architectures, ${plan.users} users each: finding a home for everyone`);
    const newAddress = plan.scenario.clients === "one-network" ? officeAddresses() : clientAddresses();
    const asTheyCome = plan.scenario.clients === "one-network";
    const members = await castPopulation({ ...plan, appServers, newAddress, asTheyCome, transport, signal });
    if (signal.aborted) throw new Interrupted("interrupted");
    const storeOf = new Map(
      // All of them: a fault may hit a server that no chosen architecture uses.
      loadStores().flatMap(({ server, id }) => (server === null ? [] : [[server, id] as const])),
    );
    const stage: Stage = {
      ...plan,
      lab,
      engine,
      transport,
      recorder,
      narrator,
      signal,
      appServers,
      members,
      newAddress,
      answers: new Map(),
      strangers: new Map(),
      attackers: new Map(),
      isBaselineRead: false,
      newSeats: new Map(),
      shuffle: seededShuffle(plan.seed),
      service: (name) =>
        openService(name, {
          lab,
          engine,
          transport,
          storeOf,
          policies: [...new Set(plan.architectures.map(({ policy }) => policy.id))],
        }),
      phase: "baseline",
      broken: [],
      hit: new Set(),
      failoversSeen: newFailoversSeen(),
      noteFault: (type, { kind, target }) => guard.note({ type, kind, target, owner: guard.owner }),
      keptOn: new Map(),
      predicted: false,
    };
    await runScenario(stage);
  } finally {
    await transport.close();
  }
}

async function describeRun(lab: Lab, engine: Engine, plan: Plan): Promise<RunEvent> {
  const { scenarioId, scenario, users, seed, victim, command } = plan;
  return {
    type: "run",
    historyVersion,
    id: runId(scenarioId),
    startedAt: new Date().toISOString(),
    command,
    seed,
    usersPerArchitecture: users,
    scenario: { id: scenarioId, title: scenario.title, question: scenario.question, next: scenario.next },
    victim,
    appServers: [...appServers],
    architectures: plan.architectures.map(({ id, policy, store }) => ({
      id,
      policy: { id: policy.id, affinity: policy.affinity, afterFailover: policy.afterFailover, keptIn: policy.keptIn },
      store: {
        id: store.id,
        title: store.title,
        livesIn: store.livesIn,
        server: store.server,
        persistence: store.persistence,
        ...(store.group ? { group: { services: store.group.services, holds: store.group.holds } } : {}),
      },
    })),
    versions: await versionsOf(lab, engine),
  };
}

async function versionsOf(lab: Lab, engine: Engine): Promise<Versions> {
  const printed = (service: string, command: string) =>
    engine.exec(lab, service, ["sh", "-c", `${command} 2>&1`]).catch(() => "");
  const [engineVersion, compose, nginx, node, redis] = await Promise.all([
    engine.version(),
    composeVersion(),
    printed(balancer, "nginx -v"),
    printed(appServers[0]!, "node --version"),
    redisInfo(engine, lab, "redis"),
  ]);
  return {
    lab: labVersion(),
    engine: engineVersion,
    compose,
    nginx: /\d+\.\d+\.\d+/.exec(nginx)?.[0] ?? "unknown",
    node: /\d+\.\d+\.\d+/.exec(node)?.[0] ?? "unknown",
    redis: redis?.redis_version ?? "unknown",
  };
}

/** Sorts by time, says what it was, and is unique. */
function runId(scenarioId: string): string {
  const time = new Date().toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "-");
  return `${time}-${scenarioId}-${randomBytes(2).toString("hex")}`;
}
