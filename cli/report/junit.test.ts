import { expect, test } from "vitest";
import { stories } from "../verdict/golden/stories.ts";
import { junitReport } from "./junit.ts";
import { nastyTexts, withHostileTexts } from "./testing/hostile.ts";
import { rendered, sourceOf } from "./testing/source-of.ts";
import { parseXml, type XmlElement } from "./testing/well-formed-xml.ts";

async function junitOf(story: Parameters<typeof sourceOf>[0]): Promise<string> {
  return rendered({ render: junitReport }, await sourceOf(story));
}

function named(elements: readonly XmlElement[], name: string): XmlElement[] {
  return elements.filter((element) => element.name === name);
}

test("a case is an expectation; sessions that are lost as predicted are no failure", async () => {
  expect(await junitOf(stories["server-crash"]!())).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="lab scenario server-crash" tests="7" failures="0" errors="0" time="1.12">
      <testsuite name="server-crash" tests="3" failures="0" errors="0" skipped="0" timestamp="2026-11-21T09:00:00.000Z" time="1.12">
        <testcase classname="server-crash" name="kill app2 is confirmed and healed" time="0"/>
        <testcase classname="server-crash" name="the experiment is sound" time="0"/>
        <testcase classname="server-crash" name="nothing is left behind" time="0"/>
      </testsuite>
      <testsuite name="server-crash.round-robin.memory" tests="1" failures="0" errors="0" skipped="0" timestamp="2026-11-21T09:00:00.000Z" time="0">
        <testcase classname="server-crash.round-robin.memory" name="expected unstable: without affinity most requests reach an app server that does not hold the session" time="0"/>
      </testsuite>
      <testsuite name="server-crash.cookie.memory" tests="2" failures="0" errors="0" skipped="0" timestamp="2026-11-21T09:00:00.000Z" time="0">
        <testcase classname="server-crash.cookie.memory" name="expected lost: the session lived in the memory of the process that died" time="0"/>
        <testcase classname="server-crash.cookie.memory" name="expected survived: its app server was not touched, and affinity keeps leading there" time="0"/>
      </testsuite>
      <testsuite name="server-crash.cookie.redis" tests="1" failures="0" errors="0" skipped="0" timestamp="2026-11-21T09:00:00.000Z" time="0">
        <testcase classname="server-crash.cookie.redis" name="expected survived: the session lives outside the app servers; any of them finds it again" time="0"/>
      </testsuite>
    </testsuites>
    "
  `);
});

test("a refuted expectation is a failure, and names its sessions", async () => {
  const failures = named(parseXml(await junitOf(stories["theory-was-wrong"]!())), "failure");
  expect(failures.map(({ attributes, text }) => [attributes.type, attributes.message, text])).toMatchInlineSnapshot(`
    [
      [
        "refuted",
        "1 of 2 sessions had another fate",
        "ada (home app1): expected survived, observed lost",
      ],
      [
        "refuted",
        "1 of 1 session had another fate",
        "bob (home app2): expected lost, observed survived",
      ],
    ]
  `);
});

test("a fault that missed is an error", async () => {
  const elements = parseXml(await junitOf(stories["fault-missed"]!()));
  expect(named(elements, "failure")).toEqual([]);
  expect(named(elements, "error")[0]?.attributes.message).toMatch(/NOT confirmed/);
});

test.each(Object.keys(stories))("%s: failures, errors and the verdict agree, and the counts add up", async (name) => {
  const source = await sourceOf(stories[name]!());
  const elements = parseXml(await rendered({ render: junitReport }, source));
  const [root] = elements;
  const count = (kind: string) => named(elements, kind).length;
  expect(root).toMatchObject({
    name: "testsuites",
    attributes: {
      tests: String(count("testcase")),
      failures: String(count("failure")),
      errors: String(count("error")),
    },
  });
  const sums = ["tests", "failures", "errors"].map((key) =>
    String(named(elements, "testsuite").reduce((sum, { attributes }) => sum + Number(attributes[key]), 0)),
  );
  expect(sums).toEqual([root!.attributes.tests, root!.attributes.failures, root!.attributes.errors]);
  const verdict = count("failure") > 0 ? "refuted" : count("error") > 0 ? "inconclusive" : "confirmed";
  expect(verdict).toBe(source.result.verdict);
});

test.each(Object.keys(stories))("%s: each element is where JUnit wants it, with what it needs", async (name) => {
  const elements = parseXml(await junitOf(stories[name]!()));
  const parents = { testsuites: undefined, testsuite: "testsuites", testcase: "testsuite" };
  for (const { name, parent, attributes } of elements) {
    expect(parent).toBe(name in parents ? parents[name as keyof typeof parents] : "testcase");
    const needed = name === "testcase" ? ["name", "classname"] : name.startsWith("testsuite") ? ["name"] : ["message"];
    for (const attribute of needed) expect(attributes[attribute]).toMatch(/./);
  }
  const cases = named(elements, "testcase").map(({ attributes }) => `${attributes.classname} ${attributes.name}`);
  expect(new Set(cases).size).toBe(cases.length);
});

test.each(nastyTexts)("stays well-formed with %j in every text", async (nasty) => {
  const { events } = stories["every-fate"]!();
  const elements = parseXml(await junitOf({ events: withHostileTexts(events, nasty) }));
  expect(elements.length).toBeGreaterThan(10);
});

test("what was left behind is an error that names it", async () => {
  const source = await sourceOf(stories["server-crash"]!());
  const leftovers = [{ kind: "container", name: "lab-app2" }];
  const report = await rendered({ render: junitReport }, { ...source, result: { ...source.result, leftovers } });
  expect(named(parseXml(report), "error").map(({ text }) => text)).toEqual(["container lab-app2"]);
});
