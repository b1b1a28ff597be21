import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { exitCodes, LabError } from "../errors.ts";
import { Interrupted } from "../runner/narrator.ts";
import { endingSignals, exitCodeOf, type Interrupt, interruptibly, isInterruption } from "./interrupt.ts";

it("every signal that ends a command has an exit code, which is in the table", () => {
  const table = Object.values(exitCodes).map(({ code }) => code as number);
  const codes = endingSignals.map((signal) => `${signal} ${exitCodeOf(signal)}`);
  expect(codes).toEqual(["SIGINT 130", "SIGTERM 143", "SIGHUP 129", "SIGQUIT 131"]);
  expect(endingSignals.map(exitCodeOf).filter((code) => !table.includes(code))).toEqual([]);
});

describe("a command that is interrupted", () => {
  const codeBefore = process.exitCode;
  let said: string;
  beforeEach(() => {
    said = "";
    vi.spyOn(process.stderr, "write").mockImplementation((text) => {
      said += text;
      return true;
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    process.exitCode = codeBefore;
  });

  const whenTold = async ({ signal }: Interrupt) => {
    process.emit("SIGTERM", "SIGTERM");
    signal.throwIfAborted();
  };

  it("says what it does, and ends with the code of the signal", async () => {
    await interruptibly("the reset is ended first", whenTold);
    expect(process.exitCode).toBe(143);
    expect(said).toBe("\nthe reset is ended first (press again to end at once)\n");
  });

  it("ends with the code of the signal also when it was done by then, with another code of its own", async () => {
    await interruptibly("ending", async () => {
      process.exitCode = 2;
      process.emit("SIGTERM", "SIGTERM");
    });
    expect(process.exitCode).toBe(143);
  });

  it("tells what failed besides, with the code of the signal", async () => {
    const left = new LabError("The lab cannot be removed.", { id: "left", todo: "Look.", exit: "environment" });
    const ending = interruptibly("ending", async () => {
      process.emit("SIGTERM", "SIGTERM");
      throw left;
    });
    await expect(ending).rejects.toMatchObject({ message: left.message, id: "left", exit: "terminated", cause: left });
  });

  it("leaves an error of the lab itself what it is", async () => {
    const ending = interruptibly("ending", async () => {
      process.emit("SIGTERM", "SIGTERM");
      throw new TypeError("no function");
    });
    await expect(ending).rejects.toThrow(TypeError);
  });

  it("listens no more when it is over", async () => {
    const before = process.listenerCount("SIGTERM");
    await interruptibly("ending", whenTold);
    expect(process.listenerCount("SIGTERM")).toBe(before);
  });
});

describe("an error", () => {
  const { signal: silent } = new AbortController();
  const ended = AbortSignal.abort(new Error("interrupted by SIGINT"));
  const labError = (id: string) => new LabError(id, { id, todo: "", exit: "environment" });

  it.each([
    ["the signal's reason", ended.reason],
    ["what Node throws where a signal ends something", new DOMException("aborted", "AbortError")],
    ["that of a question without an answer", labError("no-answer")],
    ["what a presenter throws", new Interrupted("the presenter ended it")],
  ])("means only that somebody ended the command: %s", (_, error) => {
    expect(isInterruption(error, ended)).toBe(true);
  });

  it.each([
    ["another one", ended, labError("engine-down")],
    ["an error of the lab itself", ended, new TypeError("no function")],
    ["one of that name, where no signal came", silent, new DOMException("aborted", "AbortError")],
    ["undefined, which is the reason of no signal", silent, undefined],
  ])("means more than that: %s", (_, signal, error) => {
    expect(isInterruption(error, signal)).toBe(false);
  });

  it("that a presenter throws needs no signal", () => {
    expect(isInterruption(new Interrupted("the presenter began again"), silent)).toBe(true);
  });
});
