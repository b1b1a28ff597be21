import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type FakeEngine, type FakeThing, openFakeEngine } from "../testing/fake-engine.ts";
import { openSilentEngine } from "../testing/silent-engine.ts";
import { labels } from "./identity/labels.ts";
import { labDeployment } from "./lab-deployment.ts";
import { LabEngine } from "./lab-engine.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "engine-test-"));
});
afterEach(() => {
  vi.unstubAllEnvs();
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const questions: [string, (engine: LabEngine) => Promise<unknown>][] = [
  ["its version", (engine) => engine.version()],
  ["its labs", (engine) => engine.labs()],
  ["who is on a network", (engine) => engine.attachedTo("any")],
];

it.each(questions)("an engine that is not there is down, when asked for %s", async (_, ask) => {
  vi.stubEnv("DOCKER_HOST", `unix://${join(folder, "nobody.sock")}`);
  await expect(ask(new LabEngine())).rejects.toMatchObject({ name: "LabError", id: "engine-down" });
});

it("an engine that says nothing is not waited for for ever", async () => {
  const path = join(folder, "silent.sock");
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(path, resolve));
  vi.stubEnv("DOCKER_HOST", `unix://${path}`);
  try {
    await expect(new LabEngine({ timeoutMs: 200 }).labs()).rejects.toMatchObject({
      name: "LabError",
      id: "engine-silent",
    });
  } finally {
    silent.close();
  }
});

it.each(questions)(
  "an engine that breaks off in the middle of its answer is not waited for for ever, at %s",
  async (_, ask) => {
    const says = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    await using silent = await openSilentEngine({ says });
    vi.stubEnv("DOCKER_HOST", silent.address);
    await expect(ask(new LabEngine({ timeoutMs: 200 }))).rejects.toMatchObject({
      name: "LabError",
      id: "engine-silent",
    });
    expect(silent.outwaited).toEqual([]);
  },
);

it.each(questions)("an engine that dies while it is asked for %s is down, too", async (_, ask) => {
  const path = join(folder, "dying.sock");
  const dying = createServer((socket) => socket.once("data", () => socket.destroy()));
  await new Promise<void>((resolve) => dying.listen(path, resolve));
  vi.stubEnv("DOCKER_HOST", `unix://${path}`);
  try {
    await expect(ask(new LabEngine())).rejects.toMatchObject({ name: "LabError", id: "engine-down" });
  } finally {
    await new Promise((resolve) => dying.close(resolve));
  }
});

it("an engine that answers with an error of its own, e.g. while it is shut down, has failed, not the lab", async () => {
  const path = join(folder, "ending.sock");
  const ending = createHttpServer((_, response) => response.writeHead(500).end('{"message":"database not open"}'));
  await new Promise<void>((resolve) => ending.listen(path, resolve));
  vi.stubEnv("DOCKER_HOST", `unix://${path}`);
  try {
    await expect(new LabEngine().resources()).rejects.toMatchObject({
      id: "engine-failed",
      message: expect.stringContaining("database not open"),
    });
  } finally {
    ending.closeAllConnections();
    await new Promise((resolve) => ending.close(resolve));
  }
});

const ofLab = (name: string): Record<string, string> => ({
  [labels.lab]: name,
  [labels.project]: `session-lab-${name}`,
  [labels.id]: "4f",
  [labels.owner]: "1@1",
  [labels.boot]: "a-boot",
  [labels.version]: "0.1.0",
});

const ofService = (service: string): Record<string, string> => ({
  [labels.service]: service,
  [labels.image]: "sha256:image",
  [labels.oneOff]: "False",
});

function containerOf(name: string, service: string, more: Record<string, string> = {}): FakeThing {
  const container = `session-lab-${name}-${service}-1`;
  return { kind: "container", name: container, labels: { ...ofLab(name), ...ofService(service), ...more } };
}

const balancerOf = (name: string, more: Record<string, string> = {}) =>
  containerOf(name, "nginx", { [labels.port]: "8080", [labels.subnetPrefix]: "172.28.99", ...more });

async function withEngine(things: readonly FakeThing[], act: (engine: LabEngine, fake: FakeEngine) => Promise<void>) {
  await using fake = await openFakeEngine(things);
  vi.stubEnv("DOCKER_HOST", fake.address);
  await act(new LabEngine(), fake);
}

it("a lab that was started by hand has the id of its balancer's container; one of a command has the command's", async () => {
  const byHand = balancerOf("two", { [labels.id]: "by-hand" });
  await withEngine([balancerOf("one"), byHand], async (engine) => {
    expect((await engine.labs()).map(({ id }) => id)).toEqual(["4f", "by-hand id-of-session-lab-two-nginx-1"]);
  });
});

describe("no lab is", () => {
  const lacking = (label: string) => {
    const nginx = balancerOf("one");
    delete nginx.labels[label];
    return nginx;
  };

  it.each<[string, FakeThing]>([
    ...Object.keys(ofLab("one")).map((label): [string, FakeThing] => [`a balancer without ${label}`, lacking(label)]),
    ["a balancer under another name", { ...balancerOf("one"), name: "mine" }],
    ["a balancer on another network", { ...balancerOf("one"), network: "bridge" }],
    ["a balancer from another image", { ...balancerOf("one"), image: "sha256:mine" }],
    ["what is no balancer, and says a port", containerOf("one", "app1", { [labels.port]: "8080" })],
    ...["", "0", "65536", "8080 ", "1e3", "22@evil.example"].map((port): [string, FakeThing] => [
      `a balancer at the port "${port}"`,
      balancerOf("one", { [labels.port]: port }),
    ]),
    ...["", "172.28", "172.28.999", "172.28.99.1", "a.b.c"].map((prefix): [string, FakeThing] => [
      `a balancer in the subnet "${prefix}"`,
      balancerOf("one", { [labels.subnetPrefix]: prefix }),
    ]),
  ])("%s", async (_, thing) => {
    await withEngine([thing, balancerOf("two")], async (engine) => {
      expect((await engine.labs()).map(({ name }) => name)).toEqual(["two"]);
    });
  });
});

describe("of two containers with the labels of one service, the lab's own is meant, whichever is listed first:", () => {
  const lab = {
    name: "one",
    id: "4f",
    project: "session-lab-one",
    port: 8080,
    subnetPrefix: "172.28.99",
    profiles: [],
  };
  const clone = { ...containerOf("one", "app2"), name: "my-database", network: "bridge", image: "sha256:mine" };
  const own = containerOf("one", "app2");
  const network: FakeThing = { kind: "network", name: "session-lab-one_lab", labels: ofLab("one") };

  it.each(["kill", "stop", "pause", "unpause"] as const)("%s", async (verb) => {
    await withEngine([clone, own, network], async (engine, fake) => {
      await (await engine.containerOf(lab, "app2"))[verb]();
      expect(fake.done()).toEqual([`${verb} id-of-${own.name}`]);
    });
  });

  it("start", async () => {
    await withEngine([clone, own, network], async (engine, fake) => {
      await labDeployment(lab, engine).bring("app2");
      expect(fake.done()).toEqual([`start id-of-${own.name}`]);
    });
  });

  it("its state, and what it was made from", async () => {
    await withEngine([clone, own, network], async (engine) => {
      expect(await (await engine.containerOf(lab, "app2")).state()).toMatchObject({ id: `id-of-${own.name}` });
      expect((await engine.states(lab)).map(({ id }) => id)).toEqual([`id-of-${own.name}`]);
      expect(await engine.madeFrom(lab, "app2")).toMatchObject({ image: "sha256:image" });
    });
  });

  it("where its own is gone, nothing is done to the other", async () => {
    await withEngine([clone, network], async (engine, fake) => {
      await expect(engine.containerOf(lab, "app2")).rejects.toMatchObject({ id: "service-missing" });
      expect(fake.done()).toEqual([]);
    });
  });
});

it("who started a lab is read from what is its own", async () => {
  const labels = { ...ofLab("one"), "dev.session-lab.owner": "4711@1" };
  const others: FakeThing[] = [
    { kind: "network", name: "my-network", labels },
    { ...containerOf("one", "app2"), name: "my-database", labels: { ...containerOf("one", "app2").labels, ...labels } },
  ];
  await withEngine(others, async (engine) => expect(await engine.startsOf("one")).toEqual([]));
  const own: FakeThing = { kind: "network", name: "session-lab-one_lab", labels: ofLab("one") };
  await withEngine([...others, own], async (engine) => {
    const owner = ofLab("one")["dev.session-lab.owner"];
    expect(await engine.startsOf("one")).toEqual([expect.objectContaining({ "dev.session-lab.owner": owner })]);
  });
});

it("what has been replaced by something of the same name since it was found is not removed", async () => {
  const network: FakeThing = { kind: "network", name: "session-lab-one_lab", labels: ofLab("one") };
  const app = containerOf("one", "app1");
  await withEngine([app, network], async (engine, fake) => {
    const found = await engine.resources({ name: "one" });
    for (const { name } of [app, network]) fake.change(name, { id: `another-${name}` });
    await engine.remove(found);
    expect(fake.has()).toEqual([`container ${app.name}`, `network ${network.name}`]);
    await engine.remove(await engine.resources({ name: "one" }));
    expect(fake.has()).toEqual([]);
  });
});
