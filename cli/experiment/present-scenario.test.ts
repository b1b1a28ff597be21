import { expect, it } from "vitest";
import { Interrupted } from "../runner/narrator.ts";
import type { Move } from "../terminal/present/move.ts";
import { presentScenario } from "./present-scenario.ts";

/** A presenter who makes these moves, and what the room saw. */
function presenterWho(...moves: Move[]) {
  const seen: string[] = [];
  const rest = [...moves];
  const presenter = {
    show: async ({ text }: { text: readonly string[] }) => {
      seen.push(text.join(" "));
      return rest.shift() ?? ("next" as const);
    },
    note: (text: string) => void seen.push(`(${text})`),
  };
  return { presenter, seen };
}

it("goes back to the sentence before, and on again", async () => {
  const { presenter, seen } = presenterWho("next", "back", "next", "next");
  const narrator = presentScenario(presenter, "title");
  await narrator.tell("one");
  await narrator.tell("two");
  expect(seen).toEqual(["one", "two", "one", "two"]);
});

it("pauses no more after a skip, and still tells", async () => {
  const { presenter, seen } = presenterWho("skip");
  const narrator = presentScenario(presenter, "title");
  await narrator.tell("one");
  await narrator.tell("two");
  expect(seen).toEqual(["one", "(two)"]);
});

it.each<[Move, again: boolean]>([
  ["again", true],
  ["quit", false],
])("interrupts the run at %s", async (move, again) => {
  const narrator = presentScenario(presenterWho(move).presenter, "title");
  await expect(narrator.tell("one")).rejects.toThrow(Interrupted);
  expect(narrator.again).toBe(again);
});
