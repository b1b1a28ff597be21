import { once } from "node:events";
import { createReadStream, createWriteStream, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { finished } from "node:stream/promises";
import { benchScript } from "./built.ts";
import { figure, inTurns, type Measurement, repeat, say } from "./figure.ts";

/** What the judging of one history came to. */
export interface Judging {
  ms: number;
  /** Peak resident memory of the process, in MiB. */
  peakMib: number;
}

const long = 1_000_000;
const short = 100_000;

/**
 * Judging a history beside only parsing its lines, both read by the same reader. The history is that of a real run in which every user asked again and again:
 * its requests while the server was dead stand in it many times.
 */
export const measureJudge: Measurement = async ({ rounds, lab, run, home }) => {
  await lab("scenario", "server-crash", "--policy", "cookie,ip-hash", "--store", "memory,redis", "--users", "250");
  const folder = join(home, "runs", readdirSync(join(home, "runs")).sort().at(-1)!);
  const histories = { long: join(home, "long.jsonl"), short: join(home, "short.jsonl") };
  await stretch(join(folder, "history.jsonl"), histories.long, long);
  await stretch(join(folder, "history.jsonl"), histories.short, short);
  const once = async (what: "judge" | "parse", file: string): Promise<Judging> =>
    JSON.parse((await run(process.execPath, [...benchScript("judge-once.ts"), what, file])).stdout) as Judging;
  const all = await repeat(rounds, async (round) => {
    const [parsed, judged] = await inTurns(round, [
      () => once("parse", histories.long),
      () => once("judge", histories.long),
    ]);
    const ofShort = await once("judge", histories.short);
    say(
      `judge: ${long} events in ${Math.round(judged!.ms)} ms and ${judged!.peakMib} MiB (${short}: ${ofShort.peakMib} MiB); only parsed: ${Math.round(parsed!.ms)} ms`,
    );
    return { time: judged!.ms / parsed!.ms, memory: judged!.peakMib / ofShort.peakMib };
  });
  await Promise.all(Object.values(histories).map((file) => rm(file)));
  return [
    figure(
      "time of judging 1,000,000 events",
      "`JSON.parse` of the same lines",
      all.map(({ time }) => time),
      "at most 2",
    ),
    figure(
      "peak memory of judging 1,000,000 events",
      "that of 100,000",
      all.map(({ memory }) => memory),
      "about 1",
    ),
  ];
};

/** Writes a history again with its reads during the fault repeated until it has so many events. */
async function stretch(from: string, to: string, events: number): Promise<void> {
  const lines: string[] = [];
  for await (const line of createInterface({ input: createReadStream(from) })) lines.push(line);
  const isRepeated = (line: string) =>
    line.includes('"kind":"who-am-i"') && line.includes('"phase":"fault"') && line.includes('"jar":"live"');
  const reads = lines.filter(isRepeated).length;
  if (reads === 0) throw new Error(`nobody asks anything while the server is dead in ${from}`);
  const times = (events - (lines.length - reads)) / reads;
  const output = createWriteStream(to);
  let owed = 0;
  for (const line of lines) {
    owed = isRepeated(line) ? owed + times : owed;
    const copies = isRepeated(line) ? Math.floor(owed) : 1;
    if (isRepeated(line)) owed -= copies;
    if (!output.write(`${line}\n`.repeat(copies))) await once(output, "drain");
  }
  output.end();
  await finished(output);
}
