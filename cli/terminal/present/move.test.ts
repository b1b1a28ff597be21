import { PassThrough } from "node:stream";
import type { ReadStream } from "node:tty";
import { expect, it, vi } from "vitest";
import { nextMove } from "./move.ts";

/** A keyboard that notes whether it was put back as it was. */
function fakeKeyboard() {
  const modes: boolean[] = [];
  const keyboard = Object.assign(new PassThrough(), { setRawMode: (mode: boolean) => modes.push(mode) });
  return { keyboard: keyboard as unknown as ReadStream, press: (keys: string) => keyboard.write(keys), modes };
}

const { signal } = new AbortController();

it.each([
  [" ", "next"],
  ["\r", "next"],
  ["\u001b[C", "next"],
  ["b", "back"],
  ["B", "back"],
  ["\u001b[D", "back"],
  ["r", "again"],
  ["s", "skip"],
  ["q", "quit"],
])("the key %j means %s, and the terminal is put back", async (key, move) => {
  const { keyboard, press, modes } = fakeKeyboard();
  const found = nextMove({ pause: true, keyboard, signal });
  press("x");
  press(key);
  expect(await found).toBe(move);
  expect(modes).toEqual([true, false]);
});

it("goes on by itself after the time that --auto says", async () => {
  expect(await nextMove({ pause: true, autoMs: 1, keyboard: undefined, signal })).toBe("next");
});

it("does not wait with --no-pause, nor where there is no keyboard", async () => {
  const { keyboard, modes } = fakeKeyboard();
  expect(await nextMove({ pause: false, autoMs: 60_000, keyboard, signal })).toBe("next");
  expect(await nextMove({ pause: true, keyboard: undefined, signal })).toBe("next");
  expect(modes).toEqual([]);
});

it("ends at once when the run is interrupted, and puts the terminal back", async () => {
  const { keyboard, modes } = fakeKeyboard();
  const controller = new AbortController();
  const found = nextMove({ pause: true, keyboard, signal: controller.signal });
  controller.abort();
  expect(await found).toBe("quit");
  expect(await nextMove({ pause: true, keyboard, signal: controller.signal })).toBe("quit");
  expect(modes).toEqual([true, false]);
});

it("passes Ctrl-C on as the signal that the terminal does not send while single keys are read", async () => {
  const { keyboard, press } = fakeKeyboard();
  const kill = vi.spyOn(process, "kill").mockReturnValue(true);
  const controller = new AbortController();
  const found = nextMove({ pause: true, keyboard, signal: controller.signal });
  press("\u0003");
  await expect.poll(() => kill).toHaveBeenCalledWith(process.pid, "SIGINT");
  controller.abort();
  expect(await found).toBe("quit");
  kill.mockRestore();
});
