import { expect, it } from "vitest";
import { newestFirst } from "./heal.ts";

const thing = (target: string, moment: number, name = target) => ({ target, moment, name });

it("undoes the newest moment first, and of one target the newest thing of a moment", async () => {
  const undone: string[] = [];
  const things = [thing("app1", 1, "first"), thing("app2", 2, "second"), thing("app2", 2, "third"), thing("app1", 3)];
  await newestFirst(things, async ({ name }) => void undone.push(name));
  expect(undone).toEqual(["app1", "third", "second", "first"]);
});

it("undoes side by side what was done at one moment to different targets, and waits for all of it before it goes on", async () => {
  const begun: string[] = [];
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  const all = newestFirst([thing("app1", 1), thing("app2", 2), thing("app3", 2)], async ({ target }) => {
    begun.push(target);
    if (target === "app3") await held;
  });
  await new Promise(setImmediate);
  expect(begun).toEqual(["app3", "app2"]);
  release();
  await all;
  expect(begun).toEqual(["app3", "app2", "app1"]);
});
