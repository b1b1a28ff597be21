import { faultKinds, loadFault, loadScenario, scenarioIds } from "../catalogue.ts";
import { LabError, nearestOf } from "../errors.ts";
import { type Explanation, explanationKinds } from "../report/explanation.ts";
import { loadPolicies, type Policy, policyProse } from "../theory/policies.ts";
import { loadStores, type Store } from "../theory/stores.ts";
import { knownCauses } from "../verdict/causes.ts";
import { fates } from "../verdict/fates.ts";
import { glossary } from "./glossary.ts";

/**
 * Everything that can be explained. Each catalogue explains itself: what is said of a policy is the comment in its own file,
 * what is said of a store its own sentence, so that nothing can be said twice and differently.
 */
export async function allExplanations(): Promise<Explanation[]> {
  const [faults, scenarios] = await Promise.all([
    Promise.all(faultKinds().map(aboutFault)),
    Promise.all(scenarioIds().map(aboutScenario)),
  ]);
  return [
    ...Object.entries(glossary).map(([word, { means, also = [], see = [], tryOut }]): Explanation => {
      return { kind: "word", word, also, says: [means], facts: [], see, ...(tryOut ? { tryOut } : {}) };
    }),
    ...loadPolicies().map(aboutPolicy),
    ...loadStores().map(aboutStore),
    ...faults,
    ...scenarios.flatMap(({ scenario, need }) => (need ? [scenario, need] : [scenario])),
    ...Object.keys(fates).map((fate) => aboutFate(fate as keyof typeof fates)),
    ...knownCauses().map(({ cause, means, fates: explained }): Explanation => {
      return { kind: "cause", word: cause, also: [], says: [means], facts: [], see: explained };
    }),
  ];
}

/**
 * What is known of a word, in whatever case and with hyphens or spaces; several where the word has several meanings. An
 * architecture (`cookie.memory`) is its policy and its store.
 *
 * @throws LabError (`unknown-word`, `no-word`)
 */
export async function explain(asked: string): Promise<Explanation[]> {
  const all = await allExplanations();
  const wanted = plain(asked);
  if (wanted === "")
    throw new LabError("Which word?", {
      id: "no-word",
      todo: "`lab explain` lists them all.",
      exit: "usage",
    });
  const [policy, store, ...more] = wanted.split(".");
  const found =
    store === undefined || more.length > 0
      ? all.filter(({ word, also }) => [word, ...also].map(plain).includes(wanted))
      : all.filter(
          ({ kind, word }) =>
            (kind === "policy" && plain(word) === policy) || (kind === "store" && plain(word) === store),
        );
  if (found.length > 0 && (store === undefined || found.length === 2)) return found;
  const nearest = nearestOf(
    asked,
    all.flatMap(({ word, also }) => [word, ...also]),
  );
  throw new LabError(`Unknown word "${asked}".`, {
    id: "unknown-word",
    todo: `${nearest ? `Did you mean "${nearest}"? ` : ""}\`lab explain\` lists all words.`,
    exit: "usage",
  });
}

/** All words by kind, in the order of the kinds. */
export async function wordsByKind(): Promise<[kind: string, words: string[]][]> {
  const all = await allExplanations();
  return Object.entries(explanationKinds).map(([kind, title]) => [
    title,
    all.filter((one) => one.kind === kind).map(({ word }) => word),
  ]);
}

function plain(word: string): string {
  return word
    .trim()
    .toLowerCase()
    .replaceAll(/[\s_-]+/g, "-");
}

function aboutPolicy({ id, ...policy }: Policy): Explanation {
  const { affinity, affinityBegins, afterFailover, keptIn } = policy;
  const says = policyProse(id);
  const link = /https:\/\/\S+/;
  const facts: Explanation["facts"] =
    affinity === "none"
      ? [["affinity", "none"]]
      : [
          ["affinity", `by ${affinity}, from the first ${affinityBegins} on`],
          [
            "when a dead server is back",
            afterFailover === "returns" ? "its clients return to it" : "they stay where they are",
          ],
          [
            "remembered in",
            { browser: "the browser", address: "the address", "balancer-memory": "the balancer's memory" }[keptIn!],
          ],
        ];
  return {
    kind: "policy",
    word: id,
    also: id.includes("-") ? [id.replaceAll("-", "_")] : [],
    says: says.map((paragraph) => paragraph.replace(link, "").trim()),
    facts: [
      ...facts,
      ["file", `nginx/policies/${id}.conf`],
      ...says.flatMap((paragraph) => link.exec(paragraph)?.[0] ?? []).map((url) => ["more", url] as const),
    ],
    see: ["balancing policy", "session affinity"],
    tryOut: `lab scenario server-crash --policy ${id} --store memory,redis`,
  };
}

function aboutStore({
  id,
  title,
  what,
  livesIn,
  server,
  persistence,
  revocable,
  fallback,
  profile,
}: Store): Explanation {
  const where = {
    "app-server": "in each app server's own memory",
    server: `on the server ${server}`,
    browser: "in the browser, in a signed cookie",
  };
  const onDisk = {
    none: "nothing",
    "save-points": "a snapshot now and then, and one when it is stopped politely",
    "append-only": "every change, before it is acknowledged",
    "write-ahead-log": "every change, before it is acknowledged",
  };
  return {
    kind: "store",
    word: id,
    also: [],
    says: [`${title}. ${what}`],
    facts: [
      ["lives", where[livesIn]],
      ...(persistence ? [["on disk", onDisk[persistence]] as const] : []),
      [
        "a logout ends it for copied cookies, too",
        revocable ? (fallback ? "only while its server answers" : "yes") : "no",
      ],
      ...(fallback
        ? [["while its server is away", "the app answers from a fallback, without the session's data"] as const]
        : []),
      ...(profile ? [["optional", `lab up --with ${profile}`] as const] : []),
    ],
    see: ["session store", "architecture"],
    tryOut: `lab scenario server-crash --policy cookie --store ${id}`,
  };
}

async function aboutFault(kind: string): Promise<Explanation> {
  const { experience, effect, also = [] } = (await loadFault(kind))("SERVICE");
  return {
    kind: "fault",
    word: kind,
    also: [...also],
    says: [experience],
    facts: effect.process === "begins" ? [["needs", "a service that is stopped"]] : [],
    see: ["fault"],
    tryOut: `lab fault ${kind} SERVICE`,
  };
}

/** What theory expects is left out on purpose: whoever reads it first learns less from the run. */
async function aboutScenario(id: string): Promise<{ scenario: Explanation; need: Explanation | undefined }> {
  const { title, question, matters, advice, steps, compare } = await loadScenario(id);
  const story = steps.flatMap((step) => (step.do === "tell" ? [step.text] : []));
  const tryOut = `lab scenario ${id} --predict`;
  return {
    scenario: {
      kind: "scenario",
      word: id,
      also: [],
      says: [`${title}. ${question}`, `Why it matters: ${matters}`, story.join(" "), `What to do about it: ${advice}`],
      facts: [],
      see: ["scenario"],
      tryOut,
    },
    need: compare && {
      kind: "need",
      word: compare.need,
      also: [],
      says: [`What an architecture may have to offer, measured by the scenario ${id}: ${question}`],
      facts: [],
      see: [id],
      tryOut: `lab compare --need ${compare.need}`,
    },
  };
}

function aboutFate(fate: keyof typeof fates): Explanation {
  const causes = knownCauses().filter((one) => one.fates.includes(fate) && one.cause !== "unattributed");
  return {
    kind: "fate",
    word: fate,
    also: [],
    says: [fates[fate]],
    facts: causes.length > 0 ? [["can be caused by", causes.map(({ cause }) => cause).join(", ")]] : [],
    see: ["fate"],
  };
}
