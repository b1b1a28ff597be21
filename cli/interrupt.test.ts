import { expect, it } from "vitest";
import { exitCodes } from "./errors.ts";
import { endingSignals, exitCodeOf } from "./interrupt.ts";

it("every signal that ends a command has an exit code, which is in the table", () => {
  const table = Object.values(exitCodes).map(({ code }) => code as number);
  const codes = endingSignals.map((signal) => `${signal} ${exitCodeOf(signal)}`);
  expect(codes).toEqual(["SIGINT 130", "SIGTERM 143", "SIGHUP 129", "SIGQUIT 131"]);
  expect(endingSignals.map(exitCodeOf).filter((code) => !table.includes(code))).toEqual([]);
});
