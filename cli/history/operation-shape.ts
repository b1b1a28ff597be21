import { longestText, longestTime, mostItems, type OperationEvent } from "./events.ts";

/**
 * Whether a value has the shape of an operation, exactly as events-schema.ts describes it. A history is nearly all operations,
 * and this takes a small part of the time that the general schema takes; what it refuses, the schema explains.
 */
export function isOperation(value: unknown): value is OperationEvent {
  if (typeof value !== "object" || value === null) return false;
  const operation = value as Record<string, unknown>;
  return (
    operation.type === "operation" &&
    isTime(operation.at) &&
    isTime(operation.ms) &&
    isName(operation.user) &&
    kinds.has(operation.kind) &&
    phases.has(operation.phase) &&
    jars.has(operation.jar) &&
    connections.has(operation.connection) &&
    outcomes.has(operation.outcome) &&
    answers.has(operation.answer) &&
    (operation.server === undefined || isName(operation.server)) &&
    (operation.boot === undefined || isName(operation.boot)) &&
    (operation.cart === undefined || isCart(operation.cart)) &&
    (operation.cartVersion === undefined ||
      (Number.isSafeInteger(operation.cartVersion) && (operation.cartVersion as number) >= 0)) &&
    (operation.item === undefined || isName(operation.item)) &&
    (operation.status === undefined || Number.isSafeInteger(operation.status)) &&
    (operation.reason === undefined ||
      (typeof operation.reason === "string" && operation.reason.length <= longestText)) &&
    (operation.degraded === undefined || operation.degraded === true)
  );
}

const kinds = new Set<unknown>(["log-in", "add-item", "who-am-i", "log-out"] satisfies OperationEvent["kind"][]);
const phases = new Set<unknown>(["baseline", "fault", "final"] satisfies OperationEvent["phase"][]);
const jars = new Set<unknown>(["live", "pinned", "home"] satisfies OperationEvent["jar"][]);
const connections = new Set<unknown>(["kept", "fresh"] satisfies OperationEvent["connection"][]);
const outcomes = new Set<unknown>(["ok", "rejected", "unknown"] satisfies OperationEvent["outcome"][]);
const answers = new Set<unknown>([
  "me",
  "someone-else",
  "anonymous",
  "store-unreachable",
  "none",
] satisfies OperationEvent["answer"][]);

function isTime(value: unknown): boolean {
  return typeof value === "number" && value >= 0 && value <= longestTime;
}

function isName(value: unknown): boolean {
  return typeof value === "string" && value.length >= 1 && value.length <= 200;
}

function isCart(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length <= mostItems &&
    value.every((item) => typeof item === "string" && item.length <= 200)
  );
}
