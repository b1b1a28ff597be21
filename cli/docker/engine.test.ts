import { mkdtempSync, rmSync } from "node:fs";
import { createServer as createHttpServer } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { labels } from "../lab/labels.ts";
import { openSilentEngine } from "../testing/silent-engine.ts";
import { Engine } from "./engine.ts";

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

const questions: [string, (engine: Engine) => Promise<unknown>][] = [
  ["its version", (engine) => engine.version()],
  ["its labs", (engine) => engine.labs()],
  ["who is on a network", (engine) => engine.attachedTo("any")],
];

it.each(questions)("an engine that is not there is down, when asked for %s", async (_, ask) => {
  vi.stubEnv("DOCKER_HOST", `unix://${join(folder, "nobody.sock")}`);
  await expect(ask(new Engine())).rejects.toMatchObject({ name: "LabError", id: "engine-down" });
});

it("an engine that says nothing is not waited for for ever", async () => {
  const path = join(folder, "silent.sock");
  const silent = createServer(() => {});
  await new Promise<void>((resolve) => silent.listen(path, resolve));
  vi.stubEnv("DOCKER_HOST", `unix://${path}`);
  try {
    await expect(new Engine({ timeoutMs: 200 }).labs()).rejects.toMatchObject({
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
    await expect(ask(new Engine({ timeoutMs: 200 }))).rejects.toMatchObject({ name: "LabError", id: "engine-silent" });
    expect(silent.outwaited).toEqual([]);
  },
);

it.each(questions)("an engine that dies while it is asked for %s is down, too", async (_, ask) => {
  const path = join(folder, "dying.sock");
  const dying = createServer((socket) => socket.once("data", () => socket.destroy()));
  await new Promise<void>((resolve) => dying.listen(path, resolve));
  vi.stubEnv("DOCKER_HOST", `unix://${path}`);
  try {
    await expect(ask(new Engine())).rejects.toMatchObject({ name: "LabError", id: "engine-down" });
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
    await expect(new Engine().resources()).rejects.toMatchObject({
      id: "engine-failed",
      message: expect.stringContaining("database not open"),
    });
  } finally {
    ending.closeAllConnections();
    await new Promise((resolve) => ending.close(resolve));
  }
});

it("a lab that was started by hand has the id of its balancer's container; one of a command has the command's", async () => {
  const path = join(folder, "labs.sock");
  const containerOf = (lab: string, id: string) => ({
    Id: `container-of-${lab}`,
    Labels: {
      [labels.lab]: lab,
      [labels.project]: `session-lab-${lab}`,
      [labels.service]: "nginx",
      [labels.port]: "8080",
      [labels.id]: id,
    },
  });
  const found = [containerOf("one", "4f"), containerOf("two", "by-hand")];
  const answering = createHttpServer((_, response) => response.end(JSON.stringify(found)));
  await new Promise<void>((resolve) => answering.listen(path, resolve));
  vi.stubEnv("DOCKER_HOST", `unix://${path}`);
  try {
    expect((await new Engine().labs()).map(({ id }) => id)).toEqual(["4f", "by-hand container-of-two"]);
  } finally {
    answering.closeAllConnections();
    await new Promise((resolve) => answering.close(resolve));
  }
});
