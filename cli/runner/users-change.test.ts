import { describe, expect, it } from "vitest";
import { setStage } from "./testing/stage.ts";
import { everyoneLogsIn } from "./users-act.ts";
import { chooseForgedCookies, chooseNewAddresses, everyoneChanges } from "./users-change.ts";

describe("a new address", () => {
  it("leads somebody of each architecture elsewhere where the balancer goes by it, however luck has it", async () => {
    const set = await setStage({ architectures: ["ip-hash.memory", "ip-hash.redis"] });
    const { stage } = set;
    // The first thirty addresses lead everybody home.
    const homes = stage.members.map(({ user }) => user.address);
    let handedOut = 0;
    stage.newAddress = () => (++handedOut <= 30 ? homes[(handedOut - 1) % homes.length]! : `17.0.${handedOut}.7`);
    await chooseNewAddresses(stage);
    for (const architecture of stage.architectures) {
      const own = stage.members.filter((member) => member.architecture === architecture);
      const moved = own.filter((member) => stage.newSeats.get(member)!.seat !== member.seat);
      expect(moved.length).toBeGreaterThan(0);
    }
  });

  it("is taken as it comes where all addresses lead to one server", async () => {
    const set = await setStage({ architectures: ["ip-hash.memory"] });
    set.site.passedOver.set("ip-hash", ["app1", "app3"]);
    for (const member of set.stage.members) member.seat = "app2";
    await chooseNewAddresses(set.stage);
    expect(set.stage.members.map((member) => set.stage.newSeats.get(member)!.seat)).toEqual(Array(3).fill("app2"));
  });

  it("is nobody's so far, and is put on record with the old one", async () => {
    const { stage, events } = await setStage();
    const old = stage.members.map(({ user }) => user.address);
    await chooseNewAddresses(stage);
    everyoneChanges(stage, "address");
    const now = stage.members.map(({ user }) => user.address);
    expect(new Set([...old, ...now]).size).toBe(6);
    expect(events.map((event) => event.type === "change" && event.says)).toEqual(
      old.map((address, index) => `the client address changed from ${address} to ${now[index]}`),
    );
  });
});

describe("a forged cookie", () => {
  it("is that of somebody who belongs to another app server", async () => {
    const { stage, site } = await setStage();
    await everyoneLogsIn(stage);
    chooseForgedCookies(stage);
    everyoneChanges(stage, "forged-affinity");
    for (const member of stage.members) {
      const { seat } = stage.newSeats.get(member)!;
      expect(seat).not.toBe(member.seat);
      const reply = await site.send({
        ...{
          origin: member.user.origin,
          host: member.architecture.host,
          method: "GET",
          path: "/whoami",
          connection: "fresh",
        },
        headers: { cookie: member.user.cookies.map(({ name, value }) => `${name}=${value}`).join("; ") },
      });
      expect(reply).toMatchObject({ headers: { "x-app-server": seat } });
    }
  });

  it("is made up where the balancer gives none, and then leads nowhere else", async () => {
    const { stage } = await setStage({ architectures: ["ip-hash.memory"] });
    await everyoneLogsIn(stage);
    chooseForgedCookies(stage);
    for (const member of stage.members) {
      expect(stage.newSeats.get(member)).toMatchObject({ seat: member.seat, cookies: [{ name: "SERVER_ID" }] });
      expect(stage.newSeats.get(member)!.cookies![0]!.value).not.toBe(member.user.home);
    }
  });
});

it("a lost affinity cookie leaves the app's own where it was", async () => {
  const { stage } = await setStage();
  await everyoneLogsIn(stage);
  everyoneChanges(stage, "affinity-cookie");
  expect(stage.members.map(({ user }) => user.cookies.map(({ name }) => name))).toEqual(Array(3).fill(["sid"]));
});
