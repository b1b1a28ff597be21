import { setImmediate as nextTurn } from "node:timers/promises";
import { expect, it } from "vitest";
import { selectArchitectures } from "../theory/architectures.ts";
import { labSite } from "./lab-site.ts";
import { castPopulation } from "./population.ts";
import type { Transport } from "./transport.ts";

const appServers = ["app1", "app2", "app3"];

/** Leads browsers to the app servers in turn, and counts how many ask at the same time. */
function balancer() {
  const seen = { visits: 0, atOnce: 0, most: 0 };
  const transport: Transport = {
    async send() {
      seen.atOnce += 1;
      seen.most = Math.max(seen.most, seen.atOnce);
      const server = appServers[seen.visits++ % appServers.length];
      await nextTurn();
      seen.atOnce -= 1;
      return { answered: true, status: 200, headers: { "x-app-server": server }, body: "{}" };
    },
    close: async () => {},
  };
  return { seen, transport };
}

async function cast(policies: readonly string[], users: number) {
  const { seen, transport } = balancer();
  const members = await castPopulation({
    architectures: selectArchitectures({ policies, stores: ["memory"] }),
    users,
    appServers,
    victim: "app2",
    newAddress: () => "16.0.0.7",
    ...{ site: labSite, transport, originOf: () => "http://127.0.0.1:8080" },
    signal: new AbortController().signal,
  });
  return { members, seen };
}

it("seats as many users on each app server, the first of them on the victim", async () => {
  const { members } = await cast(["cookie"], 300);
  const seats = appServers.map((server) => members.filter(({ seat }) => seat === server).length);
  expect(seats).toEqual([100, 100, 100]);
  expect(members.find(({ user }) => user.id === "cookie.memory/1")?.seat).toBe("app2");
});

it("has as many browsers knock at once as users act at once later, however few the architectures", async () => {
  expect((await cast(["cookie"], 300)).seen.most).toBe(24);
  expect((await cast(["cookie", "ip-hash"], 300)).seen.most).toBe(24);
});

it("has no more browsers knock at once than there are seats", async () => {
  const { members, seen } = await cast(["cookie"], 3);
  expect([members.length, seen.most]).toEqual([3, 3]);
});
