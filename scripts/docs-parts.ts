import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadScenario, scenarioIds } from "../cli/catalogue.ts";
import { exitCodes } from "../cli/errors.ts";
import { terminalReport } from "../cli/report/terminal-report.ts";
import { rooms } from "../cli/testing/rooms.ts";
import { loadPolicies, policyProse } from "../cli/theory/policies.ts";
import { loadStores } from "../cli/theory/stores.ts";
import { fates } from "../cli/verdict/fates.ts";
import { type Result, resultSchema } from "../cli/verdict/result.ts";
import type { Measured } from "./bench/kept-figures.ts";
import { benchTables } from "./bench/tables.ts";
import { table } from "./markdown-table.ts";
import { guideParts } from "./workshop-docs.ts";

const root = join(import.meta.dirname, "..");

/** The generated parts of the README, by the name in their markers (`<!-- name: ... -->`). */
const parts: Record<string, () => Promise<string>> = {
  answer: async () => `\`\`\`text\n${answerIn(exampleReport())}\n\`\`\``,
  report: async () => `\`\`\`text\n${exampleReport()}\`\`\``,
  scenarios: async () =>
    table(
      ["scenario", "question"],
      await Promise.all(scenarioIds().map(async (id) => [`\`${id}\``, (await loadScenario(id)).question])),
    ),
  policies: async () =>
    table(
      ["policy", "how it chooses", "affinity by", "after a failover its users"],
      loadPolicies().map(({ id, affinity, afterFailover }) => [
        `\`${id}\``,
        firstSentence(policyProse(id)[0]),
        affinity,
        afterFailover === "stays" ? "stay where they fled to" : afterFailover === "returns" ? "return" : "-",
      ]),
    ),
  stores: async () =>
    table(
      ["store", "where a session lives"],
      loadStores().map(({ id, what, profile }) => [
        `\`${id}\``,
        profile === null ? what : `${what} (\`--with ${profile}\`)`,
      ]),
    ),
  "exit-codes": async () =>
    table(
      ["code", "meaning"],
      Object.values(exitCodes).map(({ code, meaning }) => [String(code), meaning]),
    ),
  bench: async () => benchTables(JSON.parse(readFileSync(join(root, "docs/example/bench.json"), "utf8")) as Measured),
  fates: async () =>
    table(
      ["fate", "when, first match wins"],
      Object.entries(fates).map(([fate, when]) => [`\`${fate}\``, when]),
    ),
};

/** The README with its generated parts made anew. @throws Error when a marker is missing */
export async function readmeAsItShouldBe(readme: string): Promise<string> {
  return withParts(readme, parts);
}

/** docs/instructor-guide.md likewise. @throws Error when a marker is missing */
export async function guideAsItShouldBe(guide: string): Promise<string> {
  return withParts(guide, guideParts);
}

/** docs/architecture.md likewise. @throws Error when a marker is missing */
export async function architectureAsItShouldBe(page: string): Promise<string> {
  return withParts(page, {
    rooms: async () =>
      table(
        ["room", "what lives there"],
        Object.entries(rooms).map(([room, { holds }]) => [`\`${room.endsWith(".ts") ? room : `${room}/`}\``, holds]),
      ),
  });
}

async function withParts(before: string, made: typeof parts): Promise<string> {
  let text = before;
  for (const [name, make] of Object.entries(made)) {
    const marked = new RegExp(`(<!-- ${name}: [^>]*-->\n)[\\s\\S]*?(<!-- /${name} -->)`);
    if (!marked.test(text)) throw new Error(`no part is marked "${name}"`);
    const content = await make();
    text = text.replace(marked, (_all, begin: string, end: string) => `${begin}${content}\n${end}`);
  }
  return text;
}

/** From the question to the verdict: what somebody who has never seen the lab reads first. @throws Error when these are not twelve lines */
function answerIn(report: string): string {
  const lines = report.split("\n").slice(1, 13);
  if (!lines[0]?.endsWith("?") || !/^✓ [A-Z]+: /.test(lines.at(-1)!))
    throw new Error(`the example's question and verdict are not twelve lines:\n${lines.join("\n")}`);
  return lines.join("\n");
}

function exampleReport(): string {
  return terminalReport(exampleResult(), { columns: 100, colour: false });
}

/** The result of a real run, kept as an example. */
function exampleResult(): Result {
  return resultSchema.parse(JSON.parse(readFileSync(join(root, "docs/example/result.json"), "utf8")));
}

/** Text up to the first full stop. */
function firstSentence(text = ""): string {
  return /^.*?[.?!](?=\s|$)/.exec(text)?.[0] ?? text;
}
