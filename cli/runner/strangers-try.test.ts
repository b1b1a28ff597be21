import { describe, expect, it } from "vitest";
import type { OperationEvent } from "../history/events.ts";
import { forgeAffinity, plantCookies, tryCopiedCookies, tryPlantedCookies } from "./strangers-try.ts";
import { setStage, type TestStage } from "./testing/stage.ts";
import { everyoneLogsIn, everyoneLogsOut } from "./users-act.ts";

function byWhom({ events }: TestStage, role: "stranger" | "subject"): OperationEvent[] {
  const users = events.flatMap((event) => (event.type === "user" && event.role === "stranger" ? [event.user] : []));
  return events.flatMap((event) =>
    event.type === "operation" && users.includes(event.user) === (role === "stranger") ? [event] : [],
  );
}

describe("copied cookies", () => {
  it("are those from before the logout; what they open is counted for each architecture", async () => {
    const set = await setStage({ architectures: ["cookie.redis", "cookie.redis-fallback"] });
    set.site.fallbacks.add("redis-fallback");
    await everyoneLogsIn(set.stage);
    await tryCopiedCookies(set.stage);
    expect(set.stage.strangers.get("cookie.redis")?.openedByCopy).toBe(3);
    set.stage.strangers.clear();
    await everyoneLogsOut(set.stage);
    await tryCopiedCookies(set.stage);
    expect(set.stage.strangers.size).toBe(0);
    set.site.unreachable.add("redis").add("redis-fallback");
    await tryCopiedCookies(set.stage);
    expect(set.stage.strangers.get("cookie.redis")).toBeUndefined();
    expect(set.stage.strangers.get("cookie.redis-fallback")?.openedByCopy).toBe(3);
  });

  it("are on record as the copies that they are, and leave the users' own browsers as they were", async () => {
    const set = await setStage();
    await everyoneLogsIn(set.stage);
    const before = set.stage.members.map(({ user }) => user.cookies);
    set.events.length = 0;
    await tryCopiedCookies(set.stage);
    expect(byWhom(set, "subject").map(({ jar, connection }) => `${jar} ${connection}`)).toEqual(
      Array(3).fill("pinned fresh"),
    );
    expect(set.stage.members.map(({ user }) => user.cookies)).toEqual(before);
  });

  it("of controls are not counted", async () => {
    const set = await setStage({ users: 1 });
    await everyoneLogsIn(set.stage);
    await tryCopiedCookies(set.stage);
    expect(set.stage.strangers.get("cookie.memory")?.openedByCopy).toBe(1);
  });
});

describe("planted cookies", () => {
  it("are a real session of the attacker in every second browser, and in the others one that no server gave", async () => {
    const set = await setStage({ users: 4 });
    await plantCookies(set.stage);
    const planted = [...set.stage.attackers];
    const real = planted.filter(([{ staysAway }]) => staysAway).map(([, { planted }]) => planted[0]!.value);
    expect(real).toHaveLength(2);
    for (const value of real) expect(value).toMatch(/^s\d+$/);
    expect(
      byWhom(set, "stranger")
        .map(({ kind }) => kind)
        .sort(),
    ).toEqual([...Array(4).fill("log-in"), ...Array(2).fill("log-out")]);
  });

  it("that a login keeps are counted, and so is the session of somebody else that they open", async () => {
    const set = await setStage({ users: 3 });
    await plantCookies(set.stage);
    // A login that goes on with whatever session id the browser brings.
    const { site } = set;
    let victimsOwn: string | undefined;
    site.instead = ({ path, headers, body }) => {
      if (path === "/login") victimsOwn = body;
      const mine = JSON.parse(victimsOwn ?? "{}") as object;
      const content = { authenticated: true, ...mine, cart: [], cartVersion: 0 };
      return headers.cookie === undefined
        ? undefined
        : {
            answered: true,
            status: 200,
            headers: { "x-app-server": "app1", "x-boot-id": "b" },
            body: JSON.stringify(content),
          };
    };
    await everyoneLogsIn(set.stage);
    await tryPlantedCookies(set.stage);
    expect(set.stage.strangers.get("cookie.memory")).toMatchObject({ tried: 6, opened: 6, kept: 3 });
  });

  it("that get no answer are counted as such: they prove nothing", async () => {
    const set = await setStage({ users: 3 });
    await plantCookies(set.stage);
    await everyoneLogsIn(set.stage);
    set.site.instead = () => ({ answered: false, sent: true, reason: "no answer" });
    await tryPlantedCookies(set.stage);
    expect(set.stage.strangers.get("cookie.memory")).toMatchObject({ tried: 6, opened: 0, unanswered: 6 });
  });
});

describe("forged affinity cookies", () => {
  it("lead a stranger where their owner belongs, and by name to each app server, where the balancer goes by them", async () => {
    const set = await setStage({ architectures: ["cookie.memory", "ip-hash.memory"] });
    await everyoneLogsIn(set.stage);
    await forgeAffinity(set.stage);
    const [cookie, address] = ["cookie.memory", "ip-hash.memory"].map((id) => set.stage.strangers.get(id));
    expect(cookie).toMatchObject({ copied: 3, ledByCopy: 3, cookieSays: "name", ledByName: 3, opened: 0 });
    expect(address).toMatchObject({ copied: 0, ledByCopy: 0, cookieSays: "no-cookie", opened: 0 });
  });

  it("are tried by strangers who have no session, each with an address that no user has", async () => {
    const set = await setStage();
    await everyoneLogsIn(set.stage);
    await forgeAffinity(set.stage);
    const strangers = set.events.filter((event) => event.type === "user" && event.role === "stranger");
    const addresses = strangers.map((event) => (event as { address: string }).address);
    const all = [...addresses, ...set.stage.members.map(({ user }) => user.address)];
    expect(new Set(all).size).toBe(all.length);
    expect(new Set(byWhom(set, "stranger").map(({ answer }) => answer))).toEqual(new Set(["anonymous"]));
  });
});
