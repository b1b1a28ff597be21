import { beforeEach, describe, expect, it } from "vitest";
import type { HistoryEvent } from "../history/events.ts";
import { named } from "../history/services.ts";
import { ownServices } from "../lab/own-services.ts";
import { labServices } from "../lab/services.ts";
import type { ContainerState } from "../subject/deployment.ts";
import { selectArchitectures } from "../theory/architectures.ts";
import { expectOtherLives, noLives, noteDisturbances } from "./note-disturbances.ts";

const appServers = named(ownServices, "app-server");

const runBegan = Date.now() - 10_000;

function well(service: string): ContainerState {
  const startedAt = new Date(runBegan - 60_000).toISOString();
  return {
    service,
    id: service,
    running: true,
    paused: false,
    exitCode: 0,
    startedAt,
    attached: true,
    health: "healthy",
  };
}

const restarted = (msIntoTheRun: number) => ({ startedAt: new Date(runBegan + msIntoTheRun).toISOString() });

let states: Map<string, ContainerState>;
let events: HistoryEvent[];
let stage: Parameters<typeof noteDisturbances>[0];

/** A run on cookie.redis that has looked once, when all was well. */
beforeEach(async () => {
  const services = [...appServers, "nginx", "balancer", "redis", "redis-rdb"];
  states = new Map(services.map((service) => [service, well(service)]));
  events = [];
  stage = {
    deployment: { states: async () => [...states.values()] },
    services: labServices(),
    recorder: { now: () => Date.now() - runBegan, record: (event: HistoryEvent) => events.push(event) },
    ...noLives(),
    broken: [],
    appServers,
    architectures: selectArchitectures({ policies: ["cookie"], stores: ["redis"] }),
  } as unknown as typeof stage;
  await noteDisturbances(stage);
});

function becomes(service: string, change: Partial<ContainerState>): void {
  states.set(service, { ...well(service), ...change });
}

async function noted(): Promise<string[]> {
  await noteDisturbances(stage);
  return events.map((event) =>
    event.type === "disturbance" ? `${event.service} ${event.says} at ${event.happenedAt}` : event.type,
  );
}

const breaks = (target: string, endsProcess = false) => {
  const effect = { process: endsProcess ? ("ends" as const) : ("freezes" as const) };
  const fault = { kind: endsProcess ? "kill" : "freeze", target, effect };
  expectOtherLives(stage, [fault]);
  stage.broken.push(fault as never);
};

describe("what somebody else did is on record", () => {
  it.each([
    ["another process since 4.2 s", restarted(4_200), /^app1 was restarted by somebody else at 4[12]\d\d$/],
    [
      "ended",
      { running: false, exitCode: 137, finishedAt: new Date(runBegan + 3_000).toISOString() },
      /^app1 was ended by somebody else \(exit code 137\) at (2999|300\d)$/,
    ],
    ["frozen", { paused: true }, /^app1 was frozen by somebody else at \d+$/],
    ["cut off", { attached: false }, /^app1 was cut off from the network by somebody else at \d+$/],
  ])("%s", async (_, change, says) => {
    becomes("app1", change);
    expect(await noted()).toEqual([expect.stringMatching(says)]);
  });

  it("once, however often one looks", async () => {
    becomes("app1", { paused: true });
    await noted();
    expect(await noted()).toHaveLength(1);
  });

  it("of a server that holds sessions of this run, and of no other", async () => {
    becomes("redis", restarted(1_000));
    becomes("redis-rdb", restarted(1_000));
    becomes("balancer", restarted(1_000));
    expect(await noted()).toEqual([expect.stringContaining("redis was restarted")]);
  });

  it("although the run has frozen the same service, if it is another process", async () => {
    breaks("app2");
    becomes("app2", { paused: true });
    expect(await noted()).toEqual([]);
    becomes("app2", restarted(2_000));
    expect(await noted()).toEqual([expect.stringContaining("app2 was restarted by somebody else")]);
  });
});

describe("what the run itself does is no disturbance", () => {
  it("while a service is killed, and after it was started again", async () => {
    breaks("app2", true);
    becomes("app2", { running: false, exitCode: 137 });
    expect(await noted()).toEqual([]);
    stage.broken.pop();
    becomes("app2", restarted(5_000));
    expect(await noted()).toEqual([]);
  });

  it("but a second restart after that is", async () => {
    breaks("app2", true);
    stage.broken.pop();
    becomes("app2", restarted(5_000));
    await noted();
    becomes("app2", restarted(7_000));
    expect(await noted()).toEqual([expect.stringContaining("app2 was restarted by somebody else")]);
  });

  it("while a server is taken away before the experiment", async () => {
    breaks("app3", true);
    becomes("app3", { running: false });
    expect(await noted()).toEqual([]);
  });
});

it("an engine that does not answer is asked again the next time", async () => {
  stage.deployment.states = () => Promise.reject(new Error("no engine"));
  becomes("app1", restarted(4_200));
  expect(await noted()).toEqual([]);
  stage.deployment.states = async () => [...states.values()];
  expect(await noted()).toHaveLength(1);
});
