/** What every balancer is held to. A new file beside this one is found. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openLabAccess } from "../lab/lab-access.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { labSubject } from "../lab/lab-subject.ts";
import { findLab } from "../lab/start-lab.ts";
import { changeStanding } from "../servers/standings.ts";
import { logOf, type ServiceAddress } from "../subject/deployment.ts";
import type { Subject } from "../subject/subject.ts";
import { labCommand } from "../testing/run-lab.ts";
import { seenInTime } from "../testing/seen-in-time.ts";
import type { Access } from "../users/access.ts";
import { clientAddresses } from "../users/client-address.ts";
import { VirtualUser } from "../users/virtual-user.ts";
import { type Balancer, balancerIds, balancersAmong } from "./balancer.ts";

const lab = labCommand({ name: "test-balancers" });
const engine = new LabEngine();
const newAddress = clientAddresses();
let subject: Pick<Subject, "services" | "architectures" | "deployment">;
let access: Access;

beforeAll(async () => {
  await lab.up();
  const running = (await findLab("test-balancers", engine))!;
  subject = labSubject(running, engine);
  access = openLabAccess(running, engine);
});

afterAll(async () => {
  await access?.transport.close();
  await lab.run(["down"]);
  lab[Symbol.dispose]();
});

describe.each(balancerIds())("%s", (id) => {
  let balancer: Balancer;
  let at: ServiceAddress;
  /** Of its policies. */
  let hosts: string[];

  beforeAll(async () => {
    const found = (await balancersAmong(subject.services)).find((one) => one.balancer.id === id)!;
    balancer = found.balancer;
    at = { deployment: subject.deployment, service: found.service };
    hosts = subject.architectures
      .filter(({ policy, store }) => policy.balancerKind === id && store.livesIn === "app-server")
      .map(({ host }) => host);
    expect(hosts).not.toEqual([]);
  });

  const restart = async () => {
    await (await at.deployment.containerOf(at.service)).stop({ graceSeconds: 1 });
    await at.deployment.bring(at.service);
    await everybodyMeets(["app1", "app2", "app3"]);
  };

  /** New browsers get to these app servers and to no other, under each of its policies. */
  async function everybodyMeets(servers: readonly string[]): Promise<void> {
    await seenInTime(`new browsers at ${servers.join(", ")} by ${id}`, {
      look: async () => Promise.all(hosts.map(async (host) => [...new Set(await newcomersAt(host))].sort().join())),
      until: (met) => met.every((names) => names === servers.join()),
      deadlineMs: 30_000,
    });
  }

  it("says its version", async () => {
    const said = await (await at.deployment.containerOf(at.service)).exec([
      "sh",
      "-c",
      `${balancer.version.join(" ")} 2>&1`,
    ]);
    expect(said).toMatch(/\d+\.\d+\.\d+/);
  });

  it("has another life after a restart, and the same one until then", async () => {
    const before = await balancer.life(at);
    expect(before).toMatch(/./);
    expect(await balancer.life(at)).toBe(before);
    await restart();
    const after = await balancer.life(at);
    expect(after).toMatch(/./);
    expect(after).not.toBe(before);
  });

  it("sends nobody new to a server that is draining, and after a restart goes by its files again", async () => {
    const before = await balancer.lists.read(at);
    await changeStanding(subject, "app2", "draining");
    expect([before, await balancer.lists.read(at)]).toEqual([{}, { app2: "draining" }]);
    await everybodyMeets(["app1", "app3"]);
    await restart();
    expect(await balancer.lists.read(at)).toEqual({});
    await changeStanding(subject, "app2", undefined);
  });

  it("has another server in its list as soon as that is put back", async () => {
    await changeStanding(subject, "app3", "out");
    await everybodyMeets(["app1", "app2"]);
    await changeStanding(subject, "app3", undefined);
    expect(await balancer.lists.read(at)).toEqual({});
    await everybodyMeets(["app1", "app2", "app3"]);
  });

  it("says that it gave up on an app server that was killed, and on no other; it has nothing to be alarmed about", async () => {
    const sinceMs = Date.now();
    const addresses = await subject.deployment.addresses();
    await (await subject.deployment.containerOf("app2")).kill();
    try {
      const found = await seenInTime(`${id} giving up on app2`, {
        look: async () => {
          await Promise.all(hosts.map(newcomersAt));
          const log = await logOf(at, { from: balancer.logsTo, sinceMs });
          return { failovers: balancer.failovers(log, addresses), alarms: balancer.alarms(log) };
        },
        until: ({ failovers }) => failovers.length > 0,
        deadlineMs: 30_000,
      });
      expect([...new Set(found.failovers.map(({ server }) => server))]).toEqual(["app2"]);
      expect(found.failovers.every(({ line }) => line.length > 10)).toBe(true);
      expect(found.alarms).toEqual([]);
    } finally {
      await subject.deployment.bring("app2");
    }
    await everybodyMeets(["app1", "app2", "app3"]);
  });
});

/** The app servers that 16 browsers meet which nobody has seen before; one that got no answer met none. */
async function newcomersAt(host: string): Promise<string[]> {
  const visits = Array.from({ length: 16 }, async () => {
    // Whatever the policy: all of them are asked at the front.
    const at = { origin: access.originOf(""), host };
    const user = new VirtualUser({ id: "browser", ...at, address: newAddress(), nonce: "a nonce" });
    const { server } = await user.perform(
      "who-am-i",
      { ...access, now: () => 0 },
      { phase: "baseline", connection: "fresh" },
    );
    return server ?? [];
  });
  return (await Promise.all(visits)).flat();
}
