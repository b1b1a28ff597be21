import { describe, expect, it } from "vitest";
import { VirtualUser } from "../users/virtual-user.ts";
import { fullestServer, type Holding, whereIs } from "./where-sessions-are.ts";

const user = new VirtualUser({ id: "u", origin: "http://h", host: "h", address: "16.0.0.7", nonce: "n1" });
user.items = ["item-1-of-u", "item-2-of-u"];
const session = (...cart: string[]) => JSON.stringify({ nonce: "n1", cart });
const whole = session("item-1-of-u", "item-2-of-u");
const holds = (service: string, strings: string | undefined, role = "slave"): Holding => ({
  service,
  contents: strings === undefined ? undefined : { role, strings },
});

describe("where the servers copy each other", () => {
  const group = { services: ["a", "b", "c"], holds: "copies" as const, watchers: [] };
  const copied = (b: string | undefined, c: string | undefined) =>
    whereIs(user, { group }, [holds("a", whole, "master"), holds("b", b), holds("c", c)]).copied;

  it("says how much of a session the replicas have, whatever the master has", () => {
    expect([
      copied(whole, whole),
      copied(session("item-1-of-u"), session("item-1-of-u")),
      copied(session(), session()),
      copied("", ""),
    ]).toEqual(["all", "some", "some", "none"]);
  });

  it("is unsure when the replicas differ, one does not say, or nobody is the master", () => {
    expect([copied(whole, ""), copied(whole, undefined)]).toEqual(["unsure", "unsure"]);
    expect(whereIs(user, { group }, [holds("a", whole), holds("b", whole), holds("c", whole)]).copied).toBe("unsure");
  });

  it("does not take another's item for its own whose name begins alike", () => {
    const other = session("item-1-of-u", "item-2-of-u2");
    expect(copied(other, other)).toBe("some");
  });
});

it("where the servers share the sessions out, names the one that has it, or none", () => {
  const group = { services: ["a", "b"], holds: "parts" as const, watchers: [] };
  const other = JSON.stringify({ nonce: "n2", cart: [] });
  expect(whereIs(user, { group }, [holds("a", other, "master"), holds("b", whole, "master")]).keptOn).toBe("b");
  expect(whereIs(user, { group }, [holds("a", other, "master"), holds("b", "", "master")]).keptOn).toBeUndefined();
});

it("the fullest server has most sessions, and nobody is it where nothing is shared out", () => {
  const kept = (...servers: string[]) => new Map(servers.map((server, index) => [`u${index}`, server]));
  expect([kept("a", "b", "b"), kept("b", "a"), kept()].map(fullestServer)).toEqual(["b", "a", undefined]);
});
