import { beforeEach, describe, expect, test } from "vitest";
import { AppServers } from "./app-servers.ts";

const addresses = ["app1", "app2", "app3"].map((host) => ({ host, port: 3000 }));
let lines: string[];
let servers: AppServers;
beforeEach(() => {
  lines = [];
  servers = new AppServers(addresses, (line) => lines.push(line));
});

const order = (wanted?: number) =>
  servers
    .inOrder(wanted)
    .map(({ host }) => host)
    .join(" ");
const [first, second, third] = [0, 1, 2];
const server = (place: number) => servers.all[place]!;

describe("the order of app servers", () => {
  test("goes round, so that new browsers are spread evenly", () => {
    expect([order(), order(), order(), order()]).toEqual([
      "app1 app2 app3",
      "app2 app3 app1",
      "app3 app1 app2",
      "app1 app2 app3",
    ]);
  });

  test("begins with the one that the cookie names", () => {
    expect([order(second), order(third), order(first)].map((text) => text.slice(0, 4))).toEqual([
      "app2",
      "app3",
      "app1",
    ]);
  });

  test("stays even for new browsers, whatever known ones do in between", () => {
    const metByNew = Array.from({ length: 6 }, () => {
      const [met] = order().split(" ");
      order(first);
      order(first);
      return met;
    });
    expect(metByNew.join(" ")).toBe("app1 app2 app3 app1 app2 app3");
  });

  test("puts the one that is down last, also for a browser whose cookie names it, and spreads its visitors over the others", () => {
    servers.markDown(server(second), "test");
    expect([order(second), order(second), order(), order(third)]).toEqual([
      "app1 app3 app2",
      "app3 app1 app2",
      "app1 app3 app2",
      "app3 app1 app2",
    ]);
  });

  test("still has all of them when all are down: what is believed may be out of date", () => {
    for (const each of servers.all) servers.markDown(each, "test");
    expect([order(), order(third)]).toEqual(["app1 app2 app3", "app3 app2 app1"]);
  });

  test("has the one that came back where it was", () => {
    servers.markDown(server(second), "test");
    servers.markUp(server(second));
    expect(order(second)).toBe("app2 app1 app3");
  });
});

test("going down and coming back is logged once each", () => {
  servers.markUp(server(second));
  servers.markDown(server(second), "refused");
  servers.markDown(server(second), "refused again");
  servers.markUp(server(second));
  expect(lines).toEqual(["app2 is down: refused", "app2 is up again"]);
});

describe("a list that changes", () => {
  test("a draining server serves those whose cookie names it, and nobody else, whatever happens to the others", () => {
    servers.change(addresses.map((address, place) => (place === second ? { ...address, standing: "drain" } : address)));
    expect(order(second).slice(0, 4)).toBe("app2");
    expect([order(), order(), order(third)].join(" ")).not.toContain("app2");
  });

  test("a server that is down in the list serves nobody; the others keep their places", () => {
    servers.change(addresses.map((address, place) => (place === second ? { ...address, standing: "down" } : address)));
    expect(order(second)).not.toContain("app2");
    expect(order(third).slice(0, 4)).toBe("app3");
  });

  test("one that joins gets its turn; what was known of the others is kept", () => {
    servers.markDown(server(first), "test");
    const joined = servers.change([...addresses, { host: "app4", port: 3000 }]);
    expect(joined.map(({ host }) => host)).toEqual(["app4"]);
    expect(server(first).isUp).toBe(false);
    expect([order(), order(), order()].map((text) => text.slice(0, 4)).sort()).toEqual(["app2", "app3", "app4"]);
  });
});
