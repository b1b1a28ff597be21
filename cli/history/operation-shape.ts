import { longestName, longestText, longestTime, mostItems } from "./bounds.ts";
import { type OperationEvent, operation } from "./events.ts";

/**
 * Whether a value is an operation exactly as events.ts describes it, with nothing else in it. A history is nearly all operations, and
 * this takes a small part of the time that the general schema takes; what it refuses, the schema explains, or takes the rest away.
 */
export function isOperation(value: unknown): value is OperationEvent {
  if (typeof value !== "object" || value === null) return false;
  let found = 0;
  for (const field in value) {
    const check = checks.get(field);
    if (!check?.isRight(value[field as never])) return false;
    if (check.isRequired) found += 1;
  }
  return found === requiredFields;
}

type Check = (value: unknown) => boolean;
type OptionalField = {
  [Field in keyof OperationEvent]-?: Record<never, never> extends Pick<OperationEvent, Field> ? Field : never;
}[keyof OperationEvent];

const { kind, phase, jar, connection, outcome, answer } = operation.shape;

/** The compiler misses a field here that the schema gains. */
const required: Record<Exclude<keyof OperationEvent, OptionalField>, Check> = {
  type: (value) => value === "operation",
  at: isTime,
  ms: isTime,
  user: isName,
  kind: oneOf(kind),
  phase: oneOf(phase),
  jar: oneOf(jar),
  connection: oneOf(connection),
  outcome: oneOf(outcome),
  answer: oneOf(answer),
};
const optional: Record<OptionalField, Check> = {
  server: isName,
  boot: isName,
  cart: isCart,
  cartVersion: (value) => isInteger(value) && (value as number) >= 0,
  item: isName,
  status: isInteger,
  reason: (value) => typeof value === "string" && value.length <= longestText,
  degraded: (value) => value === true,
};
const checks = new Map<string, { isRight: Check; isRequired: boolean }>([
  ...Object.entries(required).map(([field, isRight]) => [field, { isRight, isRequired: true }] as const),
  ...Object.entries(optional).map(([field, isRight]) => [field, { isRight, isRequired: false }] as const),
]);
const requiredFields = Object.keys(required).length;

function oneOf({ options }: { options: readonly unknown[] }): Check {
  const known = new Set(options);
  return (value) => known.has(value);
}

function isTime(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= longestTime;
}

function isName(value: unknown): boolean {
  return typeof value === "string" && value.length >= 1 && value.length <= longestName;
}

function isInteger(value: unknown): boolean {
  return Number.isSafeInteger(value);
}

function isCart(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length <= mostItems &&
    value.every((item) => typeof item === "string" && item.length <= longestName)
  );
}
