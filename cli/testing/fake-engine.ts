import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Something that a fake engine has. */
export interface FakeThing {
  kind: "container" | "network" | "volume" | "image";
  /** Of an image: its id. */
  name: string;
  labels: Record<string, string>;
  /** Of a container and a network; `id-of-<name>` where it is left out. */
  id?: string;
  /** Of a container: the network that it was made for; the one of its Compose project where it is left out. */
  network?: string;
  /** Of a container: the id of its image; the one that Compose noted in its labels where it is left out. */
  image?: string;
  /** Of an image. */
  tags?: string[];
  /** Of a container: names of the volumes that it mounts. */
  mounts?: string[];
  /** Of a container: where it is published on this machine. */
  publishedAt?: number;
  /** Of a network: names of the containers that have an endpoint in it, whether they exist or not. */
  attached?: string[];
  /** What it answers instead of removing it: as Docker does, or nothing because it dies. */
  refusal?: { status: number; message: string } | "dies" | "none";
}

/**
 * A Docker engine that consists of lists, on a unix socket of its own: for what no real engine can be made to do when a test wants
 * it. Knows what `lab down` and the faults ask for (https://docs.docker.com/reference/api/engine/version/v1.41/), and answers 501 to the rest.
 */
export interface FakeEngine extends AsyncDisposable {
  /** For `DOCKER_HOST`. */
  address: string;
  /** What it has now, e.g. `container session-lab-lab-app1-1`. */
  has(): string[];
  /** Gives it more, as Compose does. */
  add(things: readonly FakeThing[]): void;
  /** Takes something from it that it `has`. */
  drop(thing: string): void;
  /** Changes something that it has. */
  change(name: string, to: Partial<FakeThing>): void;
  /** What was done to its containers, e.g. `kill id-of-session-lab-lab-app1-1`. */
  done(): string[];
  /** The most containers that were being removed at the same time. */
  mostLeaving(): number;
}

/** How long removing a container takes: long enough for another command to want the same. */
const leavingMs = 20;

export async function openFakeEngine(
  things: readonly FakeThing[],
  { version = "24.0.0", images = [] as readonly string[] } = {},
): Promise<FakeEngine> {
  const folder = mkdtempSync(join(tmpdir(), "fake-engine-"));
  const path = join(folder, "engine.sock");
  let present = structuredClone(things) as FakeThing[];
  let leaving = 0;
  let mostLeaving = 0;
  const done: string[] = [];
  const server = createServer(async (request, response) => {
    if (request.method === "DELETE" && request.url?.includes("/containers/")) {
      mostLeaving = Math.max(mostLeaving, ++leaving);
      await sleep(leavingMs);
      leaving -= 1;
    }
    if (request.url?.endsWith("/version")) return reply(response, { status: 200, body: { Version: version } });
    const image: FakeThing = { kind: "image", name: "sha256:all", labels: {}, tags: [...images] };
    const answer = answerTo(request, images.length > 0 ? [...present, image] : present, (gone) => {
      present = present.filter((thing) => thing !== gone);
    });
    if (answer === "dies") return void request.socket.destroy();
    const [, id, verb] = /^POST .*\/containers\/([^/]+)\/(\w+)/.exec(`${request.method} ${request.url}`) ?? [];
    if (verb) done.push(`${verb} ${id}`);
    reply(response, answer);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    address: `unix://${path}`,
    mostLeaving: () => mostLeaving,
    done: () => done,
    has: () => present.map(({ kind, name }) => `${kind} ${name}`).sort(),
    add: (more) => {
      present = [...present, ...structuredClone(more)];
    },
    drop: (gone) => {
      present = present.filter(({ kind, name }) => `${kind} ${name}` !== gone);
    },
    change: (name, to) => {
      Object.assign(present.find((thing) => thing.name === name)!, to);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Answer {
  status: number;
  body?: unknown;
}

function answerTo(
  { method, url = "" }: IncomingMessage,
  things: readonly FakeThing[],
  remove: (thing: FakeThing) => void,
): Answer | "dies" {
  const { pathname, searchParams } = new URL(url.replace(/^\/v[\d.]+/, ""), "http://engine");
  const wanted = (JSON.parse(searchParams.get("filters") ?? "{}") as { label?: string[] }).label ?? [];
  const listed = (kind: FakeThing["kind"]) => things.filter((thing) => thing.kind === kind && carries(thing, wanted));
  if (method === "GET" && pathname === "/containers/json")
    return {
      status: 200,
      body: listed("container").map((container) => ({
        Id: idOf(container),
        Names: [`/${container.name}`],
        Labels: container.labels,
        ImageID: imageOf(container),
        HostConfig: { NetworkMode: networkOf(container) },
        NetworkSettings: { Networks: { [networkOf(container)]: { NetworkID: `id-of-${networkOf(container)}` } } },
        Ports: container.publishedAt === undefined ? [] : [{ PublicPort: container.publishedAt }],
        Mounts: (container.mounts ?? []).map((volume) => ({ Type: "volume", Name: volume })),
      })),
    };
  if (method === "GET" && pathname === "/networks")
    return {
      status: 200,
      body: listed("network").map((network) => ({ Name: network.name, Id: idOf(network), Labels: network.labels })),
    };
  if (method === "GET" && pathname === "/images/json")
    return { status: 200, body: listed("image").map(({ name, tags = [] }) => ({ Id: name, RepoTags: tags })) };
  if (method === "GET" && pathname === "/volumes")
    return {
      status: 200,
      body: { Volumes: listed("volume").map(({ name, labels }) => ({ Name: name, Labels: labels })) },
    };

  const [, kinds = "", name = "", verb] = pathname.split("/");
  const thing = things.find((one) => `${one.kind}s` === kinds && [one.name, idOf(one)].includes(name));
  if (!thing) return { status: 404, body: { message: `No such ${kinds}: ${name}` } };
  if (method === "GET" && kinds === "images")
    return { status: 200, body: { Id: thing.name, Config: { Labels: thing.labels } } };
  if (method === "GET" && kinds === "containers") return { status: 200, body: inspected(thing) };
  if (method === "POST" && kinds === "containers") return { status: 204 };
  const attached = thing.attached ?? [];
  if (method === "GET" && kinds === "networks")
    return { status: 200, body: { Containers: Object.fromEntries(attached.map((one) => [one, { Name: one }])) } };
  if (method === "POST" && verb === "disconnect") {
    // Its only caller takes off what is attached without being there.
    thing.attached = attached.filter((one) => things.some((other) => other.name === one));
    return { status: 200 };
  }
  if (method !== "DELETE") return { status: 501, body: { message: `${method} ${pathname}` } };
  if (thing.refusal === "dies") return "dies";
  if (thing.refusal && thing.refusal !== "none")
    return { status: thing.refusal.status, body: { message: thing.refusal.message } };
  if (attached.length > 0) return { status: 403, body: { message: `network ${name} has active endpoints` } };
  remove(thing);
  return { status: 204 };
}

function idOf({ name, id = `id-of-${name}` }: FakeThing): string {
  return id;
}

function networkOf({ labels, network = `${labels["com.docker.compose.project"]}_lab` }: FakeThing): string {
  return network;
}

function imageOf({ labels, image = labels["com.docker.compose.image"] ?? "sha256:unknown" }: FakeThing): string {
  return image;
}

function inspected(container: FakeThing) {
  return {
    Id: idOf(container),
    Path: "sleep",
    Args: [],
    Config: { Image: imageOf(container), Env: [], Labels: container.labels },
    HostConfig: { NetworkMode: networkOf(container) },
    NetworkSettings: { Networks: { [networkOf(container)]: {} } },
    State: { Running: true, Paused: false, ExitCode: 0, StartedAt: "2026-01-02T03:04:05Z" },
  };
}

/** @param wanted `key` or `key=value`, all of them */
function carries({ labels }: FakeThing, wanted: readonly string[]): boolean {
  return wanted.every((label) => {
    const [key = "", ...value] = label.split("=");
    return key in labels && (value.length === 0 || labels[key] === value.join("="));
  });
}

function reply(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}
