import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Something that a fake engine has. */
export interface FakeThing {
  kind: "container" | "network" | "volume";
  name: string;
  labels: Record<string, string>;
  /** Of a container: names of the volumes that it mounts. */
  mounts?: string[];
  /** Of a network: names of the containers that have an endpoint in it, whether they exist or not. */
  attached?: string[];
  /** What it answers instead of removing it: as Docker does, or nothing because it dies. */
  refusal?: { status: number; message: string } | "dies" | "none";
}

/**
 * A Docker engine that consists of lists, on a unix socket of its own: for what no real engine can be made to do when a test wants
 * it. Knows what `lab down` asks for (https://docs.docker.com/reference/api/engine/version/v1.41/), and answers 501 to the rest.
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
  const server = createServer(async (request, response) => {
    if (request.method === "DELETE" && request.url?.includes("/containers/")) {
      mostLeaving = Math.max(mostLeaving, ++leaving);
      await sleep(leavingMs);
      leaving -= 1;
    }
    if (request.url?.endsWith("/version")) return reply(response, { status: 200, body: { Version: version } });
    if (request.url?.includes("/images/json")) return reply(response, { status: 200, body: [{ RepoTags: images }] });
    const answer = answerTo(request, present, (gone) => {
      present = present.filter((thing) => thing !== gone);
    });
    if (answer === "dies") return void request.socket.destroy();
    reply(response, answer);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    address: `unix://${path}`,
    mostLeaving: () => mostLeaving,
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
      body: listed("container").map(({ name, labels, mounts = [] }) => ({
        Names: [`/${name}`],
        Labels: labels,
        Mounts: mounts.map((volume) => ({ Type: "volume", Name: volume })),
      })),
    };
  if (method === "GET" && pathname === "/networks")
    return { status: 200, body: listed("network").map(({ name, labels }) => ({ Name: name, Labels: labels })) };
  if (method === "GET" && pathname === "/volumes")
    return {
      status: 200,
      body: { Volumes: listed("volume").map(({ name, labels }) => ({ Name: name, Labels: labels })) },
    };

  const [, kinds = "", name = "", verb] = pathname.split("/");
  const thing = things.find((one) => `${one.kind}s` === kinds && one.name === name);
  if (!thing) return { status: 404, body: { message: `No such ${kinds}: ${name}` } };
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
