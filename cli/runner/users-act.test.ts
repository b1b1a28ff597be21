import { describe, expect, it } from "vitest";
import type { HistoryEvent, OperationEvent } from "../history/events.ts";
import type { Third } from "../theory/step-table.ts";
import { setStage } from "./testing/stage.ts";
import {
  everyoneBrowses,
  everyoneChecksIn,
  everyoneLogsIn,
  everyoneReadsBack,
  everyoneShops,
  regularsKeepShopping,
} from "./users-act.ts";

function operations(events: readonly HistoryEvent[], kind?: OperationEvent["kind"]): OperationEvent[] {
  return events.flatMap((event) =>
    event.type === "operation" && (kind === undefined || event.kind === kind) ? [event] : [],
  );
}

function countBy(list: readonly OperationEvent[], by: (event: OperationEvent) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const event of list) counts[by(event)] = (counts[by(event)] ?? 0) + 1;
  return counts;
}

const silence = { answered: false, sent: true, reason: "no answer within 5000 ms" } as const;

describe("items", () => {
  it("have names that no item of that user had, also after a write that was sent and never answered", async () => {
    const { stage, site, events } = await setStage();
    await everyoneLogsIn(stage);
    site.instead = ({ path }) => (path === "/cart" ? silence : undefined);
    await everyoneShops(stage);
    delete site.instead;
    await everyoneShops(stage);
    await regularsKeepShopping(stage, 0);
    await everyoneShops(stage);
    const items = operations(events, "add-item").map(({ user, item }) => `${user} ${item}`);
    expect(items.length).toBe(11);
    expect(new Set(items).size).toBe(11);
  });
});

describe("thirds", () => {
  it("divide each architecture's users among themselves", async () => {
    const { stage, events } = await setStage({ architectures: ["cookie.memory", "cookie.redis"], users: 6 });
    const whoLogsIn = async (third: Third) => {
      events.length = 0;
      await everyoneLogsIn(stage, [third]);
      return operations(events).map(({ user }) => user);
    };
    const thirds = [await whoLogsIn("first"), await whoLogsIn("second"), await whoLogsIn("third")];
    expect(thirds.map((users) => users.filter((user) => user.startsWith("cookie.redis/")).length)).toEqual([2, 2, 2]);
    expect(new Set(thirds.flat())).toEqual(new Set(stage.members.map(({ user }) => user.id)));
  });
});

describe("the baseline", () => {
  it("reads three times from whoever is recognised, over kept and fresh connections", async () => {
    const { stage, events } = await setStage();
    await everyoneLogsIn(stage);
    await everyoneReadsBack(stage);
    const reads = operations(events, "who-am-i");
    expect(countBy(reads, ({ user }) => user)).toEqual({
      "cookie.memory/1": 3,
      "cookie.memory/2": 3,
      "cookie.memory/3": 3,
    });
    expect(new Set(reads.map(({ connection }) => connection))).toEqual(new Set(["kept", "fresh"]));
  });

  it("reads on up to twenty times where theory says that both answers will come, and only one comes", async () => {
    const { stage, site, events } = await setStage({ architectures: ["round-robin.memory", "cookie.memory"] });
    await everyoneLogsIn(stage);
    // The balancer sends everybody home: luck.
    const homes = new Map(stage.members.map(({ user }) => [user.address, user.home!]));
    site.passedOver.set("round-robin", []);
    const send = site.send.bind(site);
    site.send = (request) => {
      const home = homes.get(request.client!);
      return send({ ...request, host: request.host.replace(/^round-robin/, home!) });
    };
    await everyoneReadsBack(stage);
    expect(countBy(operations(events, "who-am-i"), ({ user }) => user)).toEqual({
      "round-robin.memory/1": 20,
      "round-robin.memory/2": 20,
      "round-robin.memory/3": 20,
      "cookie.memory/1": 3,
      "cookie.memory/2": 3,
      "cookie.memory/3": 3,
    });
  });

  it("stops where both answers have come", async () => {
    const { stage, events } = await setStage({ architectures: ["round-robin.memory"], users: 1 });
    await everyoneLogsIn(stage);
    await everyoneReadsBack(stage);
    const answers = operations(events, "who-am-i").filter(({ user }) => user === "round-robin.memory/1");
    expect(new Set(answers.map(({ answer }) => answer))).toEqual(new Set(["me", "anonymous"]));
    expect(answers.length).toBeLessThan(20);
  });

  it("goes on where answers fail, and gives up after twenty", async () => {
    const { stage, site, events } = await setStage({ users: 1 });
    await everyoneLogsIn(stage);
    let count = 0;
    site.instead = ({ path }) => (path === "/whoami" && ++count <= 30 ? silence : undefined);
    await everyoneReadsBack(stage);
    const reads = countBy(operations(events, "who-am-i"), ({ answer }) => answer);
    expect(reads).toEqual({ none: 30, me: 9 });
  });
});

describe("browsing", () => {
  it("goes on until everybody has a definitive answer again, beyond the time that was asked for", async () => {
    const { stage, site, events } = await setStage();
    await everyoneLogsIn(stage);
    let failures = 4;
    site.instead = ({ path }) => (path === "/whoami" && failures-- > 0 ? silence : undefined);
    await everyoneBrowses(stage, { forMs: 0, untilAnsweredMs: 60_000 });
    expect(countBy(operations(events, "who-am-i"), ({ answer }) => answer)).toEqual({ none: 4, me: 5 });
  });

  it("counts the answers of subjects, and not those of controls", async () => {
    const { stage } = await setStage({ users: 1 });
    await everyoneLogsIn(stage);
    await everyoneBrowses(stage, { forMs: 0 });
    expect(stage.members.filter(({ role }) => role === "control")).toHaveLength(2);
    expect(stage.answers.get("cookie.memory")?.answers).toMatchObject({ me: 2, anonymous: 0 });
  });
});

describe("the final reads", () => {
  it("read until each user has three definitive answers, on fresh connections only", async () => {
    const { stage, site, events } = await setStage({ users: 1 });
    await everyoneLogsIn(stage);
    let failures = 2;
    site.instead = ({ path }) => (path === "/whoami" && failures-- > 0 ? silence : undefined);
    stage.phase = "final";
    await everyoneChecksIn(stage);
    const reads = operations(events, "who-am-i").filter(({ jar }) => jar === "live");
    expect(countBy(reads, ({ answer }) => answer)).toEqual({ none: 2, me: 9 });
    expect(reads.every(({ connection }) => connection === "fresh")).toBe(true);
  });

  it("try the pinned cookies, by the usual way and at the old home, of whoever was not recognised, and of nobody else", async () => {
    const { stage, site, events } = await setStage();
    await everyoneLogsIn(stage);
    site.restart("app2");
    await everyoneChecksIn(stage);
    const tried = operations(events).filter(({ jar }) => jar !== "live");
    expect(tried.map(({ user, jar, answer }) => `${user} ${jar} ${answer}`)).toEqual([
      "cookie.memory/1 pinned anonymous",
      "cookie.memory/1 home anonymous",
    ]);
    expect(site.asked.at(-1)).toBe("GET /whoami app2.memory");
  });

  it("ask up to three times for the definitive answer that tells lost and orphaned apart", async () => {
    const { stage, site, events } = await setStage();
    await everyoneLogsIn(stage);
    site.restart("app2");
    site.instead = ({ host }) => (host.startsWith("app2.") ? silence : undefined);
    await everyoneChecksIn(stage);
    const home = operations(events).filter(({ jar }) => jar === "home");
    expect(home.map(({ answer }) => answer)).toEqual(["none", "none", "none"]);
  });
});
