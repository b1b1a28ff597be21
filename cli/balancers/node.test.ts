import { expect, it } from "vitest";
import type { ServiceAddress } from "../subject/deployment.ts";
import type { Standings } from "./balancer.ts";
import node from "./node.ts";

it("calls its app servers by name when it gives up on them, under whichever policy", () => {
  const silent = "app1 is down: silent for 2000 ms";
  const unreached = "app2 is down: health check: no connection within 200 ms";
  expect(node.failovers(`${silent}\napp1 is up again\n${unreached}\n`, new Map())).toEqual([
    { server: "app1", tookNoConnection: false, line: silent },
    { server: "app2", tookNoConnection: true, line: unreached },
  ]);
});

/** A container with its environment, and the file that it may have. */
function container(file = "") {
  const written: string[] = [];
  const exec = async ([, , script = "", , list = ""]: readonly string[]) => {
    if (script.includes("kill -HUP")) written.push(list);
    return script.startsWith("echo") ? `app1:3000,app2:3000,app3:3000\n${script.includes("cat") ? file : ""}` : "";
  };
  const at = { service: "balancer", deployment: { containerOf: async () => ({ exec }) } } as unknown as ServiceAddress;
  return { at, written };
}

it.each<[string, Standings, string]>([
  ["who is draining", { app2: "draining" }, "app1:3000,app2:3000 drain,app3:3000"],
  ["who is out, and who joined", { app1: "out", app4: "joined" }, "app1:3000 down,app2:3000,app3:3000,app4:3000"],
  ["nobody, when all is as it was", {}, "app1:3000,app2:3000,app3:3000"],
])("writes into its list, and reads from it, %s", async (_who, standings, list) => {
  const { at, written } = container();
  await node.lists.change(at, standings, []);
  expect(written).toEqual([list]);
  expect(await node.lists.read(container(list).at)).toEqual(standings);
});

it("runs with the list of its environment where it has no other", async () => {
  expect(await node.lists.read(container().at)).toEqual({});
});
