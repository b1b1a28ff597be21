import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LabError } from "../errors.ts";
import type { HistoryEvent } from "../history/events.ts";
import { parseEvent } from "../history/events.ts";
import { readHistory } from "../history/reader.ts";
import { fuzzing } from "../testing/fuzzing.ts";
import { story } from "./golden/history-builder.ts";
import { crashAndRepair, predictCrash, threeUsers } from "./golden/judging.ts";
import { judge } from "./judge.ts";
import { resultSchema } from "./result.ts";
import { damage } from "./testing/damage.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "damage-"));
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

const { numRuns } = fuzzing;
/** A case takes less than a millisecond, alone on a processor. */
const timeoutMs = 240_000 + 10 * numRuns;

const sound = crashAndRepair(predictCrash(threeUsers()))
  .checksIn("ada", "me")
  .checksIn("bob", "anonymous")
  .checksIn("cyd", "me")
  .ends();
/** As the lab writes them, and as it wrote them once. */
const valid = [sound.text(), readFileSync(new URL("golden/version-1/server-return.jsonl", import.meta.url), "utf8")];

test("a damaged history is either judged or refused with a LabError, never anything else", {
  timeout: timeoutMs,
}, async () => {
  const path = join(folder, "history.jsonl");
  const outcomes = new Set<string>();
  await fc.assert(
    fc.asyncProperty(damage(), fc.constantFrom(...valid), async (spoil, text) => {
      writeFileSync(path, spoil(text));
      try {
        const { verdict } = resultSchema.parse(await judge(readHistory(path)));
        outcomes.add(verdict);
      } catch (error) {
        expect(error).toBeInstanceOf(LabError);
        const { id, message, todo } = error as LabError;
        expect(message.replace(path, "FILE")).toMatch(clear);
        expect(message.length).toBeLessThan(500);
        expect(todo).not.toBe("");
        outcomes.add(id);
      }
    }),
    fuzzing,
  );
  // Not all damage is seen, and not all is refused: otherwise this would test little.
  expect([...outcomes].sort()).toEqual(["confirmed", "history-damaged", "inconclusive", "refuted"]);
});

/** Which file, which line, and what is wrong with it; nothing that the file itself says. */
const clear = /^The history FILE is damaged: line \d+ [^\p{Cc}\p{Cf}]+\.$/u;

const name = fc.constantFrom(
  "ada",
  "bob",
  "app1",
  "app2",
  "redis",
  "nginx",
  "__proto__",
  "constructor",
  "\u001b[31m",
  "é",
);
const at = fc.double({ min: 0, max: 1e9, noNaN: true });
const phase = fc.constantFrom("baseline" as const, "fault" as const, "final" as const);
const maybe = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: undefined });
const words = fc.string({ maxLength: 12 });
const fates = ["lost", "survived", "unstable", "orphaned", "crossed", "toString", "nonsense"];

const architectures = ["cookie.memory", "cookie.redis", "round-robin.memory", "ip-hash.jwt", "cookie.redis-aof"];
const beginning: HistoryEvent = story({ architectures, appServers: ["app1", "app2", "__proto__"] }).events[0]!;

const event: fc.Arbitrary<object> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      type: fc.constant("user"),
      at,
      user: name,
      architecture: fc.oneof(fc.constantFrom(...architectures), name),
      role: fc.constantFrom("subject", "control", "canary", "stranger"),
      address: name,
    }),
  },
  {
    weight: 20,
    arbitrary: fc.record({
      type: fc.constant("operation"),
      at,
      ms: at,
      user: name,
      kind: fc.constantFrom("log-in", "add-item", "who-am-i", "who-am-i", "who-am-i", "log-out"),
      phase,
      jar: fc.constantFrom("live", "live", "live", "pinned", "home"),
      connection: fc.constantFrom("kept", "fresh"),
      outcome: fc.constantFrom("ok", "ok", "rejected", "unknown"),
      answer: fc.constantFrom("me", "me", "me", "anonymous", "someone-else", "store-unreachable", "none"),
      server: maybe(name),
      boot: maybe(name),
      cart: maybe(fc.array(words, { maxLength: 3 })),
      cartVersion: maybe(fc.nat()),
      item: maybe(name),
      status: maybe(fc.integer()),
      reason: maybe(words),
      degraded: maybe(fc.constant(true)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      type: fc.constant("expectation"),
      at,
      user: name,
      fates: fc.array(fc.constantFrom(...fates), { minLength: 1, maxLength: 3 }),
      because: words,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      type: fc.constant("fault"),
      at,
      kind: fc.constantFrom("kill", "freeze"),
      target: name,
      state: fc.constantFrom("injecting", "injected", "unconfirmed", "confirmed", "healing", "healed", "failed"),
      effect: fc.record(
        {
          process: fc.constantFrom("ends", "restarts", "begins", "freezes"),
          lists: fc.constantFrom("joined", "draining", "out"),
          data: fc.constantFrom("evicts", "reads-new-file"),
        },
        { requiredKeys: [] },
      ),
      condition: maybe(fc.constant(true)),
      evidence: maybe(
        fc.array(fc.record({ source: fc.constantFrom("engine", "felt"), shows: fc.boolean(), says: words }), {
          maxLength: 3,
        }),
      ),
    }),
  },
  fc.record({ type: fc.constant("step"), at, phase, step: words, says: maybe(words) }),
  fc.record({
    type: fc.constant("store-seen"),
    at,
    when: fc.constantFrom("before-fault", "settled"),
    server: name,
    runId: words,
    keys: fc.nat(),
  }),
  fc.record({ type: fc.constant("settled"), at, ok: fc.boolean(), says: words }),
  fc.record({ type: fc.constant("alert"), at, service: name, line: words }),
  fc.record({
    type: fc.constant("leftover"),
    at,
    kind: fc.constantFrom("container", "network", "volume", "process"),
    name,
  }),
  fc.record({ type: fc.constant("end"), at, complete: fc.boolean(), reason: maybe(words) }),
  fc.constant(beginning),
);

/** Any events, alone or strewn into a sound history of which any part may be missing. */
const sequence = fc
  .record({
    strewn: fc.array(fc.tuple(fc.nat(), event), { maxLength: 30 }),
    told: fc.oneof(fc.constant([]), fc.constant(sound.events.slice(1)), fc.subarray(sound.events.slice(1))),
  })
  .map(({ strewn, told }) => {
    const events: object[] = [...told];
    for (const [where, odd] of strewn) events.splice(where % (events.length + 1), 0, odd);
    return [beginning, ...events.map((value) => parseEvent(JSON.parse(JSON.stringify(value))))];
  });

test("whatever sequence of events follows a run, it is judged, and the result has the promised shape", {
  timeout: timeoutMs,
}, async () => {
  const verdicts = new Set<string>();
  await fc.assert(
    fc.asyncProperty(sequence, async (history) => {
      const result = await judge(history);
      verdicts.add(resultSchema.parse(result).verdict);
      // As text: comparing deeply takes longer than judging.
      expect(JSON.stringify(await judge(history))).toBe(JSON.stringify(result));
    }),
    fuzzing,
  );
  expect([...verdicts]).toEqual(expect.arrayContaining(["inconclusive", "refuted"]));
});
