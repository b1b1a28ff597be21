import { expect, test } from "vitest";
import { resultOf } from "../verdict/golden/judging.ts";
import { stories } from "../verdict/golden/stories.ts";
import { annotations } from "./annotations.ts";
import { nastyTexts, withHostileTexts } from "./testing/hostile.ts";

test("a confirmed run is a notice, a refuted one errors, one without verdict warnings", async () => {
  const lines = async (name: string) => annotations(await resultOf(stories[name]!()));
  expect(await lines("server-crash")).toMatchInlineSnapshot(`
    [
      "::notice title=server-crash confirmed::theory was right: each of 9 sessions had the fate that was predicted for it",
    ]
  `);
  expect(await lines("theory-was-wrong")).toMatchInlineSnapshot(`
    [
      "::error title=server-crash refuted::theory was wrong: 2 sessions had another fate than predicted",
      "::error title=server-crash refuted::cookie.memory: 2 sessions not as expected, e.g. ada (home app1): expected survived, observed lost; bob (home app2): expected lost, observed survived",
    ]
  `);
  expect((await lines("fault-missed"))[0]).toMatch(/^::warning title=server-crash inconclusive::/);
});

test.each(nastyTexts)("%j begins no command of its own", async (nasty) => {
  const { events } = stories["every-fate"]!();
  const lines = annotations(await resultOf({ events: withHostileTexts(events, nasty) } as never));
  expect(lines.length).toBeLessThanOrEqual(10);
  for (const line of lines) {
    expect(line).toMatch(/^::(error|warning|notice) title=[^:,\r\n]*::[^\r\n]*$/);
    expect(line).not.toContain("##[");
  }
});
