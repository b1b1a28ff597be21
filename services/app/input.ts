/** What a visitor sent, checked. */
import type { Request } from "express";

const LONGEST_CHARS = 128;

/** The page's buttons send forms, everybody else JSON. */
export function isForm(request: Request): boolean {
  return typeof request.is("application/x-www-form-urlencoded") === "string";
}

/** A field of the body: text of 1 to 128 characters, or else InputError. `ifAbsentInForm` makes the value that a form may leave out. */
export function textField(request: Request, name: string, ifAbsentInForm?: () => string): string {
  const body = (request.body ?? {}) as Record<string, unknown>;
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  if (value === undefined && ifAbsentInForm && isForm(request)) return ifAbsentInForm();
  if (typeof value === "string" && value.length >= 1 && value.length <= LONGEST_CHARS) return value;
  throw new InputError(`${name}: expected text of 1 to ${LONGEST_CHARS} characters, got ${describe(value)}`);
}

/** A field of a JSON body: undefined where it is missing; else a whole number in the range, or InputError. */
export function wholeNumberField(
  request: Request,
  name: string,
  { from, to }: { from: number; to: number },
): number | undefined {
  const body = (request.body ?? {}) as Record<string, unknown>;
  const value = Object.hasOwn(body, name) ? body[name] : undefined;
  if (value === undefined) return undefined;
  if (typeof value === "number" && Number.isInteger(value) && value >= from && value <= to) return value;
  throw new InputError(
    `${name}: expected a whole number from ${from} to ${to}, got ${typeof value === "number" ? value : describe(value)}`,
  );
}

export class InputError extends Error {
  override readonly name = "InputError";
  readonly status = 400;
}

function describe(value: unknown): string {
  if (value === undefined) return "none";
  if (typeof value === "string") return value === "" ? "an empty text" : `${value.length} characters`;
  return value === null ? "null" : Array.isArray(value) ? "a list" : `a value of type ${typeof value}`;
}
