import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { HistoryEvent } from "../../cli/history/events.ts";
import { figure, type Measurement, repeat, say, timed } from "./figure.ts";

const window = "waiting for nginx's failure window";
const operations = "container operations";
const requests = "users' requests, answered by the containers";
const own = "the lab's own work";

/** `lab scenario server-crash` on a running lab, and where its time goes. */
export const measureServerCrash: Measurement = async ({ rounds, lab, home }) => {
  await lab("up");
  const runs = await repeat(rounds, async () => {
    const total = await timed(() => lab("scenario", "server-crash", "--policy", "cookie,ip-hash,round-robin"));
    const parts = timeline(newestHistory(home));
    parts[own] = total - Object.values(parts).reduce((sum, ms) => sum + ms, 0);
    say(
      `server-crash: ${Object.entries(parts)
        .map(([part, ms]) => `${part} ${Math.round(ms)} ms`)
        .join(", ")}`,
    );
    return { total, parts };
  });
  await lab("down");
  const share = (part: string) => runs.map(({ total, parts }) => parts[part]! / total);
  return [
    figure(
      "time of `server-crash`, lab running",
      "container operations and failure windows",
      runs.map(({ total, parts }) => total / (parts[operations]! + parts[window]!)),
      "at most 1.25",
    ),
    ...[window, operations, requests].map((part) => figure(`  of it: ${part}`, "the whole", share(part))),
    figure(`  of it: ${own}`, "the whole", share(own), "below 0.20"),
  ];
};

/** Milliseconds of the run by what they were spent on; what is not in here is the lab's own work. */
function timeline(events: HistoryEvent[]): Record<string, number> {
  const parts: Record<string, number> = {
    [window]: 0,
    [operations]: 0,
    [requests]: 0,
  };
  const add = (part: string, ms: number) => {
    parts[part] = (parts[part] ?? 0) + ms;
  };
  const steps = events.filter((event) => event.type === "step");
  const end = events.at(-1);
  steps.forEach((step, index) => {
    const until = steps[index + 1]?.at ?? (end?.type === "end" ? end.at : step.at);
    const own = events.filter((event) => event.type === "fault" && event.at >= step.at && event.at <= until);
    const healed = own.findLast((event) => event.type === "fault" && event.state === "healed");
    if (step.step === "browse") add(window, until - step.at);
    else if (step.step === "inject") add(operations, until - step.at);
    else if (step.step === "heal" && healed?.type === "fault") {
      add(operations, healed.at - step.at);
      add(window, until - healed.at);
    } else if (["log-in", "shop", "read-back", "check-in"].includes(step.step))
      add(requests, busy(events, step.at, until));
  });
  return parts;
}

/** Milliseconds between two instants in which at least one request was under way. */
function busy(events: HistoryEvent[], from: number, until: number): number {
  let covered = from;
  let total = 0;
  const asked = events.filter((event) => event.type === "operation" && event.at >= from && event.at < until);
  for (const operation of asked.sort((a, b) => ("at" in a && "at" in b ? a.at - b.at : 0))) {
    if (operation.type !== "operation") continue;
    const end = operation.at + operation.ms;
    if (end <= covered) continue;
    total += end - Math.max(covered, operation.at);
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
