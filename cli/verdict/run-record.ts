import type {
  AlertEvent,
  DisturbanceEvent,
  EndEvent,
  FaultEffect,
  FaultEvent,
  LeftoverEvent,
  MeasureEvent,
  OperationEvent,
  RunEvent,
  SettledEvent,
  StoreSeenEvent,
} from "../history/events.ts";
import type { ArchitectureFacts, Role } from "../history/facts.ts";
import { servicesIn } from "../history/services.ts";
import type { SessionRecord } from "./session-record.ts";

/** One fault, from its first event to its last. */
export interface FaultRecord {
  kind: string;
  target: string;
  effect: FaultEffect;
  injectedAt: number;
  /** By two independent signs: what the engine says, and what is felt. */
  confirmed: boolean;
  confirmedAt?: number;
  healed: boolean;
  evidence: NonNullable<FaultEvent["evidence"]>;
}

/** What somebody else did to a service in the middle of the run. */
export type Disturbance = Pick<DisturbanceEvent, "service" | "happenedAt" | "says">;

/** Everything the judge remembers of a run. */
export interface RunRecord {
  run: RunEvent;
  /** By service. */
  roles: ReadonlyMap<string, Role>;
  architectures: Map<string, ArchitectureFacts>;
  sessions: Map<string, SessionRecord>;
  /** What was said of each session before the first fault and the first final read; anything said later is no prediction. */
  expectations: Map<string, { fates: string[]; because: string }>;
  predictionsClosed: boolean;
  faults: FaultRecord[];
  /** Process starts seen in answers, per app server, in order. */
  boots: Map<string, Set<string>>;
  storesBefore: Map<string, StoreSeenEvent>;
  storesSettled: Map<string, StoreSeenEvent>;
  settled?: SettledEvent;
  /** The last fault or settle point: only what was read after it is a final read. */
  finalFrom: number;
  /** Sessions that were read in the final phase since then: their reads do not count when another fault or repair comes. */
  readAgain: Set<SessionRecord>;
  /** The first answer with somebody else's session that no judged session accounts for. */
  strayCrossing?: Pick<OperationEvent, "user">;
  /** What no sound history says, in sentences, so many at most. */
  contradictions: Set<string>;
  /** What scenarios measured besides survival, in order. */
  measures: MeasureEvent[];
  alerts: AlertEvent[];
  /** App servers that a balancer gave up on although nobody had broken them, by policy. */
  failovers: Map<string, Set<string>>;
  /** What somebody else did to services in the middle of the run, by service. */
  disturbances: Map<string, Disturbance>;
  /** A process was ended as a condition of the experiment; another one takes its place with the repair. */
  conditionEndedProcess: boolean;
  /** Conditions of the experiment that somebody looked for, e.g. `stop app2`, and whether both of their signs were seen. */
  conditions: Map<string, boolean>;
  leftovers: LeftoverEvent[];
  end?: EndEvent;
  lastAt: number;
  /** When the last answer came: until then whoever got none was waiting. */
  lastAnswerAt: number;
}

export function newRun(run: RunEvent): RunRecord {
  return {
    run,
    roles: rolesIn(run),
    architectures: new Map(run.architectures.map((architecture) => [architecture.id, architecture])),
    sessions: new Map(),
    expectations: new Map(),
    predictionsClosed: false,
    faults: [],
    boots: new Map(),
    storesBefore: new Map(),
    storesSettled: new Map(),
    finalFrom: 0,
    readAgain: new Set(),
    contradictions: new Set(),
    measures: [],
    alerts: [],
    failovers: new Map(),
    disturbances: new Map(),
    conditionEndedProcess: false,
    conditions: new Map(),
    leftovers: [],
    lastAt: 0,
    lastAnswerAt: 0,
  };
}

/** Of services of one name the first counts. */
function rolesIn(run: RunEvent): ReadonlyMap<string, Role> {
  return new Map(
    servicesIn(run)
      .toReversed()
      .map(({ name, role }) => [name, role]),
  );
}

/** Conditions of the experiment that were not there, as far as anybody saw: another one was played than was asked for. */
export function unmetConditions({ conditions }: RunRecord): string[] {
  return [...conditions].flatMap(([condition, isMet]) => (isMet ? [] : [condition]));
}
