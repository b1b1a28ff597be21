/** A process of its own for scripts/bench/users.ts: virtual users ask who they are, and each answer is checked and written down. */
import { readFileSync } from "node:fs";
import { built } from "./built.ts";
import type { Load, Target } from "./users.ts";

const [{ FileRecorder }, { eachInTurn, seededShuffle }, { labSite }, { openTransport }, { VirtualUser }] =
  await Promise.all([
    built<typeof import("../../cli/history/recorder.ts")>("history/recorder"),
    built<typeof import("../../cli/runner/pace.ts")>("runner/pace"),
    built<typeof import("../../cli/users/lab-site.ts")>("users/lab-site"),
    built<typeof import("../../cli/users/transport.ts")>("users/transport"),
    built<typeof import("../../cli/users/virtual-user.ts")>("users/virtual-user"),
  ]);

const [, , file] = process.argv as string[];
const { seconds, sessions } = JSON.parse(readFileSync(file!, "utf8")) as Target;
const recorder = new FileRecorder(`${file}-${process.pid}.jsonl`);
const transport = openTransport();
const users = sessions.map(({ user }) => new VirtualUser(user));
const shuffle = seededShuffle(1);
const never = new AbortController().signal;

/** @returns what it came to */
async function load(duration: number): Promise<Load> {
  let requests = 0;
  const begin = performance.now();
  const cpu = process.cpuUsage();
  const ask = async (user: (typeof users)[number]) => {
    const event = await user.perform(
      "who-am-i",
      { site: labSite, transport, now: () => recorder.now() },
      { phase: "fault" },
    );
    recorder.record(event);
    if (event.answer !== "me") throw new Error(`${user.id} was answered ${event.answer}: ${event.reason}`);
    requests += 1;
  };
  while (performance.now() < begin + duration * 1_000) await eachInTurn(shuffle(users), ask, never);
  const { user, system } = process.cpuUsage(cpu);
  return { requests, ms: performance.now() - begin, cpuMs: (user + system) / 1_000 };
}

// The first seconds are the compiler's.
await load(2);
const result = await load(seconds);
await transport.close();
recorder.close();
process.stdout.write(JSON.stringify(result));
