import { describe, expect, it } from "vitest";
import { faultKinds, scenarioIds } from "../catalogue.ts";
import { buildProgram } from "../commands/program.ts";
import { explanationReport } from "../report/explanation.ts";
import { widthOf } from "../report/text.ts";
import { loadPolicies } from "../theory/policies.ts";
import { loadStores } from "../theory/stores.ts";
import { knownCauses } from "../verdict/causes.ts";
import { fates } from "../verdict/fates.ts";
import { allExplanations, explain } from "./explanations.ts";

const all = await allExplanations();

describe("every catalogue is explained, whoever adds to it", () => {
  it.each([
    ["policy", loadPolicies().map(({ id }) => id)],
    ["store", loadStores().map(({ id }) => id)],
    ["fault", faultKinds()],
    ["scenario", scenarioIds()],
    ["fate", Object.keys(fates)],
    ["cause", knownCauses().map(({ cause }) => cause)],
  ])("%s", async (kind, words) => {
    for (const word of words) {
      const found = (await explain(word)).find((one) => one.kind === kind);
      expect(found?.says.join(" ").length, word).toBeGreaterThan(20);
    }
  });
});

it("every word that an explanation points to is explained itself", async () => {
  const known = new Set(all.flatMap(({ word, also }) => [word, ...also]));
  expect(all.flatMap(({ see }) => see).filter((word) => !known.has(word))).toEqual([]);
});

it("every command that an explanation suggests exists, with its options", () => {
  const commands = new Map(buildProgram().commands.map((command) => [command.name(), command]));
  const wrong = all.filter(({ tryOut }) => {
    if (tryOut === undefined) return false;
    const [lab, verb = "", ...rest] = tryOut.split(" ");
    const known = commands.get(verb)?.options.map(({ long }) => long);
    return lab !== "lab" || !known || rest.some((part) => part.startsWith("--") && !known.includes(part));
  });
  expect(wrong.map(({ tryOut }) => tryOut)).toEqual([]);
});

it("finds a word in any case, with hyphens or blanks, and under its popular name", async () => {
  for (const asked of ["Session Affinity", "session-affinity", "STICKY SESSIONS", "sticky"])
    expect((await explain(asked)).map(({ word }) => word)).toEqual(["session affinity"]);
  expect((await explain("ip_hash")).map(({ kind, word }) => `${kind} ${word}`)).toEqual(["policy ip-hash"]);
});

it("explains an architecture as its policy and its store", async () => {
  expect((await explain("cookie.redis-aof")).map(({ kind, word }) => `${kind} ${word}`)).toEqual([
    "policy cookie",
    "store redis-aof",
  ]);
});

it.each([
  ["", "Which word?", "`lab explain` lists them all."],
  ["orphand", 'Unknown word "orphand".', 'Did you mean "orphaned"? `lab explain` lists all words.'],
  ["cookie.mysql", 'Unknown word "cookie.mysql".', "`lab explain` lists all words."],
  ["nonsense.memory", 'Unknown word "nonsense.memory".', "`lab explain` lists all words."],
])('"%s" is no word: %s', async (asked, message, todo) => {
  await expect(explain(asked)).rejects.toMatchObject({ message, todo });
});

it("prints the comment of a policy's own file, no line wider than the terminal but a link", async () => {
  const report = explanationReport(await explain("ip-hash"), { columns: 60, colour: false });
  expect(report).toMatchInlineSnapshot(`
    "ip-hash (policy)
      ip_hash: the client's address decides. Same address, same
      app server, with no cookie at all. Only the first three
      octets of an IPv4 address count, so a whole office behind
      one /24 lands on one server. When a server dies its
      clients are spread over the others; when it returns, they
      return to it.
      affinity: by address, from the first visit on
      when a dead server is back: its clients return to it
      remembered in: the address
      file: nginx/policies/ip-hash.conf
      more:
        https://nginx.org/en/docs/http/ngx_http_upstream_module.html#ip_hash
      elsewhere called: ip_hash
      see: balancing policy, session affinity
      try: lab scenario server-crash --policy ip-hash --store
        memory,redis
    "
  `);
  for (const line of report.split("\n").filter((text) => !text.includes("https://")))
    expect(widthOf(line)).toBeLessThanOrEqual(60);
});
