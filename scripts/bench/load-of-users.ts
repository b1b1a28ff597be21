/** A process of its own for scripts/bench/users.ts: virtual users ask who they are, and each answer is checked and written down. */
import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { FileRecorder } from "../../cli/history/recorder.ts";
import { eachInTurn } from "../../cli/runner/pace.ts";
import { clientAddresses } from "../../cli/users/client-address.ts";
import { openTransport } from "../../cli/users/transport.ts";
import { VirtualUser } from "../../cli/users/virtual-user.ts";
import type { Load } from "./users.ts";

const { port, host, seconds, home } = JSON.parse(process.argv[2]!) as Record<"host" | "home", string> &
  Record<"port" | "seconds", number>;

const file = join(home, `load-${process.pid}.jsonl`);
const recorder = new FileRecorder(file);
const transport = openTransport({ port });
const by = { transport, now: () => recorder.now() };
const newAddress = clientAddresses();
const users = Array.from({ length: 240 }, (_, index) => {
  const nonce = randomBytes(12).toString("base64url");
  return new VirtualUser({ id: `bench-${process.pid}-${index}`, host, address: newAddress(), nonce });
});
const never = new AbortController().signal;
await eachInTurn(users, async (user) => void (await user.perform("log-in", by, { phase: "baseline" })), never);

let requests = 0;
const round = () =>
  eachInTurn(
    users,
    async (user) => {
      const event = await user.perform("who-am-i", by, { phase: "fault" });
      recorder.record(event);
      if (event.answer !== "me") throw new Error(`${user.id} was answered ${event.answer}`);
      requests += 1;
    },
    never,
  );
// The first seconds are the compiler's.
for (const end = performance.now() + 2_000; performance.now() < end; ) await round();

requests = 0;
const begin = performance.now();
const cpu = process.cpuUsage();
while (performance.now() < begin + seconds * 1_000) await round();
const { user, system } = process.cpuUsage(cpu);
const load: Load = { requests, ms: performance.now() - begin, cpuMs: (user + system) / 1_000 };

await transport.close();
recorder.close();
rmSync(file);
process.stdout.write(JSON.stringify(load));
