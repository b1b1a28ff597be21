import type { HistoryEvent } from "../../history/events.ts";
import { named } from "../../history/services.ts";
import type { Lab } from "../../lab/identity/lab.ts";
import { labDoor } from "../../lab/lab-door.ts";
import { labServices } from "../../lab/services.ts";
import login from "../../scenarios/login.ts";
import type { RedisSettings } from "../../servers/redis/settings.ts";
import type { Service } from "../../servers/service.ts";
import type { Container, ContainerState, Deployment } from "../../subject/deployment.ts";
import { selectArchitectures } from "../../theory/architectures.ts";
import type { Scenario } from "../../theory/scenario.ts";
import type { Step } from "../../theory/step-table.ts";
import type { Access } from "../../users/access.ts";
import { clientAddresses } from "../../users/client-address.ts";
import { labSite } from "../../users/lab-site.ts";
import { castPopulation } from "../../users/population.ts";
import { seededShuffle } from "../pace.ts";
import { newMemory } from "../run-memory.ts";
import type { StepTools } from "../steps/played.ts";
import { type Clock, openSmallSite, type SmallSite } from "./small-site.ts";

export interface TestStage {
  stage: StepTools;
  site: SmallSite;
  /** The history, as it is written. */
  events: HistoryEvent[];
  /** What was done to services, and put on record outside of the run, in order: `stop app2`, `breaking kill app2`. */
  did: string[];
  /** What fails, with which message: `start app2` -> `no space left on device`. */
  fails: Map<string, string>;
  /** Changes what the engine says of a service. */
  states: Map<string, Partial<ContainerState>>;
  told: string[];
  clock: Clock;
}

export interface TestStageOptions {
  /** Ids, e.g. `cookie.memory`. */
  architectures?: readonly string[];
  users?: number;
  steps?: Step[];
  expect?: Scenario["expect"];
  idleMs?: number;
  msPerRequest?: number;
  signal?: AbortSignal;
  /** What a command says that is run in a container. */
  exec?: (service: string, command: string) => string;
  tell?: (text: string) => void | Promise<void>;
  /** What nginx has written since the run began. */
  log?: string;
}

const lab: Lab = {
  ...{ name: "test", id: "test", project: "session-lab-test", port: 8080, subnetPrefix: "172.28.99", profiles: [] },
};

/** A stage whose lab is a few objects in memory, with the users cast and nothing played yet. */
export async function setStage({
  architectures: ids = ["cookie.memory"],
  users = 3,
  steps = [],
  expect = () => ({ fate: "survived", because: "nothing is meant to break" }),
  idleMs,
  msPerRequest,
  signal = new AbortController().signal,
  exec = () => "",
  tell = () => {},
  log = "",
}: TestStageOptions = {}): Promise<TestStage> {
  const clock = { ms: 0 };
  const site = openSmallSite(clock, msPerRequest === undefined ? {} : { msPerRequest });
  const profiles = ["redis-sentinel", "redis-cluster"];
  const all = selectArchitectures({ profiles });
  const architectures = ids.map((id) => all.find((architecture) => architecture.id === id)!);
  const newAddress = clientAddresses();
  const events: HistoryEvent[] = [];
  const [did, told]: string[][] = [[], []];
  const fails = new Map<string, string>();
  const states: TestStage["states"] = new Map();
  const services = labServices();
  const appServers = named(services, "app-server");
  const [balancer] = named(services, "balancer");
  const victim = appServers[1]!;
  const access: Access = {
    site: labSite,
    transport: site,
    originOf: () => "http://127.0.0.1:8080",
    door: labDoor(lab, { publishedPort: async () => 8081 }, site),
  };
  const members = await castPopulation({
    ...{ architectures, users, appServers, victim, newAddress, signal },
    ...access,
  });
  clock.ms = 0;
  site.asked = [];
  const act = async (what: string) => {
    did!.push(what);
    const message = fails.get(what);
    if (message !== undefined) throw new Error(message);
  };
  const containerOf = async (service: string): Promise<Container> => ({
    ...{ id: service, isWell: async () => true, log: async () => (service === balancer ? log : "") },
    async exec(command) {
      await act(`exec ${service} ${command.slice(0, 3).join(" ")}`);
      return exec(service, command.join(" "));
    },
    ...parts(fakeService(service, { act, site, states })),
  });
  const deployment: Deployment = {
    option: "",
    containerOf,
    states: async () => [],
    addresses: async () => new Map(),
    alone: (_, change) => change(),
    ...{ bring: unexpected, cut: unexpected, join: unexpected },
  };
  const stage: StepTools = {
    ...newMemory(idleMs === undefined ? {} : { idleMs }),
    ...{ architectures, services, victim, appServers, members, newAddress, signal, deployment },
    scenario: { ...login, steps, expect },
    service: (name) => fakeService(name, { act, site, states }),
    ...access,
    shuffle: seededShuffle(7),
    recorder: { now: () => clock.ms, record: (event) => void events.push(event) },
    narrator: {
      tell(text) {
        told!.push(text);
        return tell(text);
      },
      doing: () => {},
    },
    noteFault: (type, { kind, target }) => did!.push(`${type} ${kind} ${target}`),
    phase: "baseline",
  };
  return { stage, site, events, did: did!, fails, states, told: told!, clock };
}

/** What a container does of what a service does. */
function parts({ state, kill, stop, pause, unpause }: Service) {
  return { state, kill, stop, pause, unpause };
}

async function unexpected(): Promise<never> {
  throw new Error("a step goes through its service");
}

interface FakeParts extends Pick<TestStage, "site" | "states"> {
  act(what: string): Promise<void>;
}

/** Its state is what was done to it; an app server takes its part of the site along. */
function fakeService(name: string, { act, site, states }: FakeParts): Service {
  const state = (): ContainerState => ({
    ...{ service: name, id: name, running: true, paused: false, exitCode: 0, attached: true, health: "healthy" },
    startedAt: "first",
    ...states.get(name),
  });
  const change = (verb: string, to: Partial<ContainerState>) => async () => {
    await act(`${verb} ${name}`);
    if (to.running === true && !state().running) site.restart(name);
    states.set(name, { ...states.get(name), ...to });
    const { running, paused, attached } = state();
    if (running && !paused && attached) site.away.delete(name);
    else site.away.add(name);
  };
  const redis: RedisSettings = {
    fill: () => act(`fill ${name}`),
    limitMemory: () => act(`limit ${name}`),
    appendOnly: () => act(`append ${name}`),
    save: () => act(`save ${name}`),
    refuseReplicas: () => act(`refuse-replicas ${name}`),
    admitReplicas: () => act(`admit-replicas ${name}`),
    restore: () => act(`restore ${name}`),
  };
  return {
    name,
    kill: change("kill", { running: false, exitCode: 137 }),
    stop: change("stop", { running: false }),
    start: change("start", { running: true, startedAt: "again" }),
    pause: change("pause", { paused: true }),
    unpause: change("unpause", { paused: false }),
    disconnect: change("disconnect", { attached: false }),
    connect: change("connect", { attached: true }),
    exec: async () => "",
    redis: () => redis,
    stand: () => act(`stand ${name}`),
    newcomers: async () => ({ standing: undefined, comeBy: [], stayAwayBy: [] }),
    state: async () => {
      await act(`state ${name}`);
      return state();
    },
    feel: async () => ({ answers: !site.away.has(name), life: state().startedAt, says: `${name} was asked` }),
  };
}
