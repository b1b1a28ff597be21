import { expect, it } from "vitest";
import { combineTrials } from "../verdict/combine-trials.ts";
import { story } from "../verdict/golden/history-builder.ts";
import { resultOf } from "../verdict/golden/judging.ts";
import type { Result } from "../verdict/result.ts";
import { formatFor } from "./formats.ts";
import { rendered } from "./testing/source-of.ts";
import { countsInWords } from "./words.ts";

const users = ["ada", "bob", "cyd"];

/** Everybody logs out of a session in a server and of one in a token; the copied cookies open the latter. */
function logouts() {
  const architectures = ["cookie.redis", "cookie.jwt"];
  const told = story({ architectures });
  const each = architectures.flatMap((architecture) =>
    users.map((name) => ({ architecture, user: `${architecture}/${name}` })),
  );
  for (const { user, architecture } of each) told.comesIn(user, "app1", { architecture });
  for (const { user, architecture } of each)
    told.predicts(user, architecture === "cookie.jwt" ? "resurrected" : "survived");
  told.phase("fault");
  for (const { user } of each) told.logsOut(user);
  told.phase("final");
  for (const { user, architecture } of each)
    told.checksIn(user, "anonymous", { pinned: architecture === "cookie.jwt" ? "me" : "anonymous" });
  return told.ends();
}

const result: Result = await resultOf(logouts());

it("the judge counts those who logged out and stayed out, and leaves their fate as it is", () => {
  expect(result.architectures.map(({ id, fates, stayedOut }) => ({ id, fates, stayedOut }))).toEqual([
    { id: "cookie.redis", fates: { survived: 3 }, stayedOut: 3 },
    { id: "cookie.jwt", fates: { resurrected: 3 }, stayedOut: undefined },
  ]);
  expect(combineTrials([result, result]).architectures[0]?.stayedOut).toBe(6);
});

it("nobody who did not log out is among them, and nobody who is let in again", async () => {
  const told = story().comesIn("ada", "app1").comesIn("bob", "app1").phase("fault").logsOut("bob").phase("final");
  const { architectures } = await resultOf(told.checksIn("ada", "me").checksIn("bob", "me").ends());
  expect(architectures[0]?.fates).toEqual({ survived: 1, resurrected: 1 });
  expect(architectures[0]?.stayedOut).toBeUndefined();
});

it.each([".txt", ".md", ".html"])("a report (%s) does not say of them that they survived", async (ending) => {
  const format = formatFor(`a${ending}`);
  const text = await rendered(format, { result, histories: [() => toEvents()] });
  // The page's own script has all the words there are, and its tags the names of the fates.
  const said = text.replaceAll(/<(script|style)[^>]*>.*?<\/\1>/gs, "").replaceAll(/<[^>]*>/g, "");
  expect(said).not.toContain("survived");
  expect(said).toContain("3/3 stay out");
  expect(said).toContain("0/3 stay out, let in again 3");
  expect(said).toContain("20/30 stay out = 20 of 30 users who logged out stay logged out");
});

async function* toEvents() {
  yield* logouts().events;
}

it.each<[Parameters<typeof countsInWords>, string]>([
  [[{ survived: 6 }, 6, 6], "6/6 stay out"],
  [[{ survived: 5, resurrected: 1 }, 6, 5], "5/6 stay out, let in again 1"],
  [[{ resurrected: 6 }, 6], "0/6 stay out, let in again 6"],
  [[{ survived: 5, lost: 1 }, 6, 5], "5/6 stay out, lost 1"],
  [[{ survived: 4, resurrected: 1, lost: 1 }, 6, 1], "3/6 resurrected 1, lost 1, stay out 1"],
  [[{ survived: 5, lost: 1 }, 6], "5/6 lost 1"],
])("%j: %s", (counts, words) => {
  expect(countsInWords(...counts)).toBe(words);
});
