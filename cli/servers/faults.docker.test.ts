import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { faultKinds, loadFault } from "../catalogue.ts";
import { type Lab, networkOf } from "../lab/identity/lab.ts";
import { openLabAccess } from "../lab/lab-access.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { labSubject } from "../lab/lab-subject.ts";
import { frontBalancer } from "../lab/own-services.ts";
import { findLab } from "../lab/start-lab.ts";
import { docker } from "../testing/engine-inventory.ts";
import { labCommand } from "../testing/run-lab.ts";
import { seenInTime } from "../testing/seen-in-time.ts";
import { loadStores, serversOf } from "../theory/stores.ts";
import type { Access } from "../users/access.ts";
import { waitUntil } from "../wait.ts";
import { evidenceFor, signsOf } from "./fault.ts";
import { openService, type Service } from "./service.ts";

const command = labCommand({ name: "test-faults" });
const engine = new LabEngine();
let access: Access;
let service: (name: string) => Service;
let lab: Lab;

beforeAll(async () => {
  await command.up(["--with", "spare,redis-sentinel"]);
  lab = (await findLab("test-faults", engine))!;
  access = openLabAccess(lab, engine);
  service = (name) => openService(name, { ...labSubject(lab, engine), ...access });
});

afterAll(async () => {
  await access.transport.close();
  await command.run(["down"]);
  command[Symbol.dispose]();
});

/** Every fault, on an app server and on the server of a store, or on the one kind that it is meant for: one contract. */
const cases = await Promise.all(
  faultKinds().map(async (kind) => {
    const { hits, effect } = (await loadFault(kind))("any");
    const inLists = [kind === "join" ? "app4" : "app2"];
    const redis = hits?.withCopies ? ["redis-ha1"] : ["redis-rdb"];
    const targets = hits?.kind === "redis" ? redis : effect.lists ? inLists : ["app2", "redis-aof"];
    return targets.map((target) => [kind, target] as const);
  }),
);

describe.each(cases.flat())("%s on %s", (kind, target) => {
  it("shows two independent signs when it was injected, none of them before, and is gone after healing", async () => {
    const fault = (await loadFault(kind))(target);
    expect(fault.kind).toBe(kind);
    const victim = service(target);
    // Somebody is logged in: a server that holds nothing has nothing to lose.
    await logIn(target);
    if (fault.effect.process === "begins") await goneAfterStop(victim);
    const before = await signsOf(victim, fault);
    expect(shows(evidenceFor(fault, await signsOf(victim, fault), before))).toBe("engine: no, felt: no");

    await fault.inject(victim);
    try {
      const injected = await waitUntil({
        look: async () => shows(evidenceFor(fault, await signsOf(victim, fault), before)),
        until: (seen) => seen === "engine: yes, felt: yes",
        deadlineMs: 60_000,
      });
      expect(injected.seen).toBe("engine: yes, felt: yes");
    } finally {
      await fault.heal(victim);
    }

    const healed = await waitUntil({
      look: () => signsOf(victim, fault),
      until: ({ feeling }) => feeling.answers,
      deadlineMs: 60_000,
    });
    expect(healed.seen).toMatchObject({
      state: { running: true, paused: false, attached: true },
      feeling: { answers: true },
    });
    expect((await victim.newcomers()).standing).toBeUndefined();
  });

  it("can be healed when there is nothing to heal", async () => {
    const fault = (await loadFault(kind))(target);
    await fault.heal(service(target));
    expect((await service(target).state()).running).toBe(true);
  });
});

it("a part that was cut off comes back under the address and the names that it had, whichever it is", async () => {
  const parts = (await engine.states(lab)).map((state) => state.service).sort();
  expect(parts).toContain(frontBalancer);
  const before = await Promise.all(parts.map(whereabouts));
  expect(new Set(before.map(({ address }) => address)).size).toBe(parts.length);
  const partition = await loadFault("partition");
  // All at once: with one alone the engine might give it its address back by chance.
  for (const part of parts) await partition(part).inject(service(part));
  for (const part of parts.toReversed()) await partition(part).heal(service(part));
  expect(await Promise.all(parts.map(whereabouts))).toEqual(before);
});

async function whereabouts(part: string): Promise<{ part: string; address: string; isCalledSo: boolean }> {
  const format = `{{json (index .NetworkSettings.Networks "${networkOf(lab)}")}}`;
  const [endpoint] = await docker("inspect", "--format", format, `${lab.project}-${part}-1`);
  const { IPAddress, Aliases } = JSON.parse(endpoint!) as { IPAddress: string; Aliases: string[] };
  return { part, address: IPAddress, isCalledSo: Aliases.includes(part) };
}

async function logIn(server: string): Promise<void> {
  const stores = loadStores().filter((store) => serversOf(store).includes(server));
  const store = (stores.find(({ id }) => id === server) ?? stores[0])?.id ?? "memory";
  const at = await access.door.to({ appServer: "app1", store });
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ user: "ada", nonce: "n" });
  await access.transport.send({ ...at, method: "POST", path: "/login", headers, body, connection: "fresh" });
}

async function goneAfterStop(victim: Service): Promise<void> {
  await victim.stop();
  const isGone = { look: () => victim.feel(), until: ({ answers }: { answers: boolean }) => !answers };
  await seenInTime(`${victim.name} to be gone`, { ...isGone, deadlineMs: 60_000 });
}

function shows(evidence: { source: string; shows: boolean }[]): string {
  return evidence.map((sign) => `${sign.source}: ${sign.shows ? "yes" : "no"}`).join(", ");
}
