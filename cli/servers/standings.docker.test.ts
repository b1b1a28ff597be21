/** Commands that change the balancers' lists at the same moment: no change is lost. */

import { afterAll, beforeAll, expect, it } from "vitest";
import { LabEngine } from "../lab/lab-engine.ts";
import { labSubject } from "../lab/lab-subject.ts";
import { findLab } from "../lab/start-lab.ts";
import { labCommand } from "../testing/run-lab.ts";
import { readStandings } from "./standings.ts";

const lab = labCommand({ name: "test-lists" });
const engine = new LabEngine();
beforeAll(() => lab.up());
afterAll(async () => {
  await lab.run(["down"]);
  lab[Symbol.dispose]();
});

it("of two processes that drain an app server each, and put it back, neither undoes what the other did", async () => {
  const both = async (...words: string[]) => {
    const ended = await Promise.all(["app1", "app2"].map((server) => lab.run([...words, server])));
    expect(ended.map(({ exitCode, stderr }) => (exitCode === 0 ? "done" : stderr))).toEqual(["done", "done"]);
    return readStandings(labSubject((await findLab("test-lists", engine))!, engine));
  };
  expect(await both("fault", "drain")).toEqual({ app1: "draining", app2: "draining" });
  expect(await both("heal")).toEqual({});
});
