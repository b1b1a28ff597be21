import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { loadScenario } from "../../cli/catalogue.ts";
import type { FaultEvent, HistoryEvent } from "../../cli/history/events.ts";
import { type Bench, figure, inTurns, type Measurement, repeat, say, timed } from "./figure.ts";

/** Milliseconds of a run by what they were spent on. */
export interface Timeline {
  /** nginx's failure window: browsing while it is open, and waiting until it has closed. */
  window: number;
  /** From the kill to its signs, and the start. */
  operations: number;
  /** In which users' requests were under way, outside of the failure window. */
  requests: number;
}

const crowds = [
  { name: "30 users on one architecture", args: ["--policy", "cookie", "--store", "memory"] },
  { name: "720 users on 24 architectures", args: ["--store", "memory,redis,jwt"] },
];

/** `lab scenario server-crash` on a running lab, and where its time goes. */
export const measureServerCrash: Measurement = async ({ rounds, lab, home }) => {
  await lab("up");
  const browsingMs = await plannedBrowsingMs();
  const runs = await repeat(rounds, (round) =>
    inTurns(
      round,
      crowds.map(
        ({ name, args }) =>
          () =>
            measureOne(name, args, { lab, home, browsingMs }),
      ),
    ),
  );
  await lab("down");
  return crowds.flatMap(({ name }, index) => {
    const ofThese = runs.map((measured) => measured[index]!);
    const share = (part: (timeline: Timeline & { own: number }) => number) =>
      ofThese.map(({ total, parts }) => part(parts) / total);
    return [
      figure(
        `time of \`server-crash\`, ${name}, lab running`,
        "container operations and failure windows",
        ofThese.map(({ total, parts }) => total / (parts.operations + parts.window)),
        "at most 1.25",
      ),
      figure(
        "  of it: nginx's failure window",
        "the whole",
        share(({ window }) => window),
      ),
      figure(
        "  of it: container operations",
        "the whole",
        share(({ operations }) => operations),
      ),
      figure(
        "  of it: users' requests, answered by the containers",
        "the whole",
        share(({ requests }) => requests),
      ),
      figure(
        "  of it: the lab's own work",
        "the whole",
        share(({ own }) => own),
        "below 0.20",
      ),
    ];
  });
};

async function measureOne(
  name: string,
  args: readonly string[],
  { lab, home, browsingMs }: Pick<Bench, "lab" | "home"> & { browsingMs: number },
): Promise<{ total: number; parts: Timeline & { own: number } }> {
  const total = await timed(() => lab("scenario", "server-crash", ...args));
  const { window, operations, requests } = timelineOf(newestHistory(home), browsingMs);
  const parts = { window, operations, requests, own: total - window - operations - requests };
  const said = Object.entries(parts).map(([part, ms]) => `${part} ${Math.round(ms)} ms`);
  say(`server-crash, ${name}: ${Math.round(total)} ms: ${said.join(", ")}`);
  return { total, parts };
}

async function plannedBrowsingMs(): Promise<number> {
  const { steps } = await loadScenario("server-crash");
  return steps.reduce((sum, step) => sum + (step.do === "browse" ? step.forMs : 0), 0);
}

/** @param browsingMs for how long the users of this scenario are to browse; what it takes beyond that counts as requests */
export function timelineOf(events: readonly HistoryEvent[], browsingMs: number): Timeline {
  const steps = events.filter((event) => event.type === "step");
  const fault = (state: FaultEvent["state"]) => events.find((event) => event.type === "fault" && event.state === state);
  const between = (from: HistoryEvent | undefined, to: HistoryEvent | undefined) =>
    from && to && "at" in from && "at" in to ? to.at - from.at : 0;
  const end = events.at(-1);
  const timeline: Timeline = {
    window: between(
      fault("healed"),
      events.find(({ type }) => type === "settled"),
    ),
    operations: between(fault("injecting"), fault("confirmed")) + between(fault("healing"), fault("healed")),
    requests: 0,
  };
  for (const [index, step] of steps.entries()) {
    const from = step.at;
    const until = steps[index + 1]?.at ?? (end?.type === "end" ? end.at : from);
    const open = step.step === "browse" ? Math.min(browsingMs, until - from) : 0;
    timeline.window += open;
    if (step.step !== "heal") timeline.requests += busyMs(events, from + open, until);
  }
  return timeline;
}

/** Milliseconds between two instants in which at least one request was under way. */
function busyMs(events: readonly HistoryEvent[], from: number, until: number): number {
  let covered = from;
  let total = 0;
  const asked = events.filter((event) => event.type === "operation").sort((one, other) => one.at - other.at);
  for (const { at, ms } of asked) {
    const end = Math.min(at + ms, until);
    if (at >= until || end <= covered) continue;
    total += end - Math.max(covered, at);
    covered = end;
  }
  return total;
}

function newestHistory(home: string): HistoryEvent[] {
  const runs = join(home, "runs");
  const newest = readdirSync(runs).sort().at(-1)!;
  const lines = readFileSync(join(runs, newest, "history.jsonl"), "utf8")
    .trim()
    .split("\n");
  return lines.map((line) => JSON.parse(line) as HistoryEvent);
}
