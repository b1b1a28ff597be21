import fc from "fast-check";
import { expect, test } from "vitest";
import { OperationWriter, type PageOperation, readOperations } from "./operation-codec.ts";

const operation: fc.Arbitrary<PageOperation> = fc.record({
  at: fc.integer({ min: 0, max: 100_000_000 }),
  ms: fc.integer({ min: 0, max: 10_000_000 }),
  kind: fc.constantFrom("log-in", "add-item", "who-am-i", "log-out"),
  answer: fc.constantFrom("me", "someone-else", "anonymous", "store-unreachable", "none"),
  jar: fc.constantFrom("live", "pinned", "home"),
  connection: fc.constantFrom("kept", "fresh"),
  server: fc.integer({ min: -1, max: 1_000 }),
  reason: fc.integer({ min: -1, max: 100_000 }),
});

function written(operations: readonly PageOperation[]): Uint8Array {
  const writer = new OperationWriter();
  for (const one of operations) writer.write(one);
  return Uint8Array.from(writer.bytes);
}

test("what was written is read again, whatever the order in time", () => {
  fc.assert(
    fc.property(fc.array(operation, { maxLength: 30 }), (operations) => {
      expect(readOperations(written(operations))).toEqual(operations);
    }),
  );
});

test("times are kept to the millisecond, without adding up errors", () => {
  const times = Array.from({ length: 50 }, (_, index) => index * 10.4);
  const operations = times.map((at) => ({ ...fc.sample(operation, { numRuns: 1, seed: 1 })[0]!, at }));
  expect(readOperations(written(operations)).map(({ at }) => at)).toEqual(times.map(Math.round));
});

test("an operation of a usual run takes six bytes or fewer", () => {
  const usual = {
    ms: 12,
    kind: "who-am-i",
    answer: "me",
    jar: "live",
    connection: "kept",
    server: 2,
    reason: -1,
  } as const;
  expect(written([{ ...usual, at: 3_000 }]).length).toBeLessThanOrEqual(6);
});
