import { expect, it } from "vitest";
import { consistentHash } from "./consistent-hash.ts";

const three = ["app1:3000", "app2:3000", "app3:3000"];
const keys = Array.from({ length: 3_000 }, (_, index) => `visitor-${index}`);
const placing = (servers: readonly string[]) => {
  const indexOf = consistentHash(servers);
  return (key: string) => servers[indexOf(key)!];
};
const moved = (from: readonly string[], to: readonly string[]) => {
  const [before, after] = [placing(from), placing(to)];
  return keys.filter((key) => before(key) !== after(key));
};

it("when a server joins, only those move that go to it: about one in four of three", () => {
  const four = [...three, "app4:3000"];
  const movers = moved(three, four);
  expect(new Set(movers.map(placing(four)))).toEqual(new Set(["app4:3000"]));
  expect(movers.length / keys.length).toBeGreaterThan(0.15);
  expect(movers.length / keys.length).toBeLessThan(0.35);
});

it("when a server leaves, only its own move", () => {
  const movers = moved(three, ["app1:3000", "app3:3000"]);
  expect(new Set(movers.map(placing(three)))).toEqual(new Set(["app2:3000"]));
});

it("leads nowhere when there is no server", () => {
  expect(consistentHash([])("visitor")).toBeUndefined();
});
