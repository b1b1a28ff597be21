import { describe, expect, it } from "vitest";
import { loadScenario, scenarioIds } from "../catalogue.ts";
import { named } from "../history/services.ts";
import { ownServices } from "../lab/own-services.ts";
import { isFate } from "../verdict/fates.ts";
import type { SessionFacts } from "./facts.ts";
import { loadPolicies } from "./policies.ts";
import { expectationOf } from "./scenario.ts";
import { takeTurns, type Verb } from "./step-table.ts";
import { loadStores } from "./stores.ts";

const appServers = named(ownServices, "app-server");

/** Every file in this folder, whoever wrote it. */
describe.each(scenarioIds())("%s", (id) => {
  it("asks a question and ends with the final reads", async () => {
    const { title, question, matters, advice, steps } = await loadScenario(id);
    expect(title.length).toBeGreaterThan(5);
    expect(question).toMatch(/\?$/);
    for (const said of [matters, advice]) expect(said).toMatch(/^[A-Z`].{20,}[.)]$/);
    expect(steps.at(-1)).toEqual({ do: "check-in" });
  });

  it("leads on to another scenario, and says what one will see there", async () => {
    const { next } = await loadScenario(id);
    expect(scenarioIds().filter((other) => other !== id)).toContain(next.scenario);
    expect(`to see ${next.toSee}`).toMatch(/^to see [a-z].{10,80}[^.?!]$/);
  });

  it("has a baseline before anything is broken or changed, and repairs what it breaks", async () => {
    const steps = takeTurns((await loadScenario(id)).steps, appServers);
    const order = (verbs: Verb[]) => steps.findIndex((step) => verbs.includes(step.do));
    const harm = order(["inject", "change", "log-out"]);
    expect(order(["log-in"])).toBeGreaterThanOrEqual(0);
    expect(order(["read-back"])).toBeGreaterThan(order(["log-in"]));
    if (harm !== -1) expect(harm).toBeGreaterThan(order(["read-back"]));
    const lastInjection = steps.findLastIndex((step) => step.do === "inject");
    // What is meant to stay is waited for instead; it is undone when the run is over.
    const lastHealing = steps.findLastIndex((step) => step.do === "heal" || step.do === "settle");
    if (lastInjection !== -1) expect(lastHealing).toBeGreaterThan(lastInjection);
  });

  it("tells what is done and what is asked, and no result before anybody looked", async () => {
    const steps = takeTurns((await loadScenario(id)).steps, appServers);
    const told = steps.flatMap((step) => (step.do === "tell" ? step.text.split(/(?<=[.?!]) /) : []));
    const results =
      /logged out|error page|survive|\b(lost|still (knows?|has|have)|acknowledged|notices|never down|all well)\b|^they answer/i;
    expect(told.filter((sentence) => results.test(sentence) && !sentence.endsWith("?"))).toEqual([]);
  });

  it("names a fate and a reason for any session there can be", async () => {
    const scenario = await loadScenario(id);
    for (const session of everySession()) {
      const { fate, because } = expectationOf(scenario, session);
      expect([fate].flat().filter((word) => !isFate(word))).toEqual([]);
      expect(because.length).toBeGreaterThan(10);
    }
  });
});

it("no two scenarios fill the same column of the comparison", async () => {
  const needs = await Promise.all(scenarioIds().map(async (id) => (await loadScenario(id)).compare?.need));
  const named = needs.filter((need) => need !== undefined);
  expect(new Set(named).size).toBe(named.length);
});

function everySession(): SessionFacts[] {
  const places = [undefined, ...appServers];
  return loadPolicies().flatMap((policy) =>
    loadStores().flatMap((store) =>
      places.flatMap((home) =>
        (["all", "some", "none", "unsure"] as const).flatMap((inSnapshot) =>
          [true, false].flatMap((hasAffinityCookie) =>
            [true, false].map((staysAway) => ({
              staysAway,
              policy,
              store,
              home,
              seat: home,
              newSeat: home,
              seatAmongMore: home,
              victim: appServers[1]!,
              inSnapshot,
              copied: inSnapshot,
              keptOn: store.group?.services[home === undefined ? 0 : 1],
              fullest: store.group?.services[1],
              hasAffinityCookie,
            })),
          ),
        ),
      ),
    ),
  );
}
