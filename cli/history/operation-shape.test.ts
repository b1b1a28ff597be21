import fc from "fast-check";
import { expect, test } from "vitest";
import { type OperationEvent, operation as operationSchema, parseEvent } from "./events.ts";
import { isOperation } from "./operation-shape.ts";

const operation: Required<OperationEvent> = {
  type: "operation",
  at: 1.5,
  ms: 2,
  user: "ada",
  kind: "who-am-i",
  phase: "baseline",
  jar: "live",
  connection: "kept",
  outcome: "ok",
  answer: "me",
  server: "app1",
  boot: "b1",
  cart: ["book"],
  cartVersion: 2,
  item: "book",
  status: 200,
  reason: "none",
  degraded: true,
};

const fields = Object.keys(operationSchema.shape) as (keyof OperationEvent)[];

function schemaAccepts(value: unknown): boolean {
  try {
    parseEvent(value);
    return true;
  } catch {
    return false;
  }
}

const oddValue = fc.oneof(
  fc.constantFrom<unknown[]>(null, "", "x".repeat(200), "x".repeat(201), "final", "me", "home", "rejected", "log-out"),
  fc.constantFrom<unknown[]>(
    0,
    -0,
    -1,
    0.5,
    2 ** 53,
    1e12,
    1e12 + 1,
    1e308,
    Number.POSITIVE_INFINITY,
    true,
    false,
    [],
    [1],
    ["a", "b"],
    {},
  ),
  fc.anything(),
);

test("the quick check accepts exactly the operations that the schema accepts", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.constantFrom(...fields), oddValue, { maxKeys: 3 }), (odd) => {
      const value = { ...operation, ...odd };
      fc.pre(value.type === "operation");
      expect(isOperation(value)).toBe(schemaAccepts(value));
    }),
    { numRuns: 5_000 },
  );
});

test.each(fields)("an operation without %s is judged as the schema judges it", (field) => {
  const { [field]: _, ...rest } = operation;
  expect(isOperation(rest)).toBe(schemaAccepts(rest));
});

test("an operation with all of its fields is one", () => {
  expect(Object.keys(operation).sort()).toEqual(fields.toSorted());
  expect(isOperation(operation)).toBe(true);
});

test("what has a field more is left to the schema, which takes that away", () => {
  const more = JSON.parse(JSON.stringify(operation).replace("}", ',"__proto__":{"at":1}}'));
  for (const value of [{ ...operation, mood: "good" }, more]) {
    expect(isOperation(value)).toBe(false);
    expect(parseEvent(value)).toEqual(operation);
  }
});

test("what is no object is no operation", () => {
  for (const value of [null, undefined, 7, "operation", [], ["operation"]]) expect(isOperation(value)).toBe(false);
});
