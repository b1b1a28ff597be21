/** What a lab lets in, and what it lets out. */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import type { ContainerInspectInfo } from "dockerode";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { docker, processes } from "./testing/engine-inventory.ts";
import { labCommand } from "./testing/run-lab.ts";
import { openTransport, type Transport } from "./users/transport.ts";

const name = "test-secure";
const lab = labCommand({ name });

let containers: ContainerInspectInfo[];
let port: number;
let transport: Transport;
beforeAll(async () => {
  const { stdout } = await lab.up();
  port = Number(/localhost:(\d+)/.exec(stdout)![1]);
  transport = openTransport({ port });
  const ids = await docker("ps", "-q", "--filter", `label=dev.session-lab.lab=${name}`);
  containers = JSON.parse((await docker("inspect", ...ids)).join("\n")) as ContainerInspectInfo[];
});
afterAll(async () => {
  await transport.close();
  await lab.run(["down"]);
  lab[Symbol.dispose]();
});

describe("the door", () => {
  it("is one port of nginx, on 127.0.0.1", () => {
    const published = containers.flatMap(({ Name, HostConfig }) =>
      Object.entries((HostConfig.PortBindings ?? {}) as Record<string, { HostIp: string; HostPort: string }[]>).flatMap(
        ([inside, bindings]) => bindings.map(({ HostIp, HostPort }) => `${Name}: ${HostIp}:${HostPort} -> ${inside}`),
      ),
    );
    expect(published).toEqual([`/session-lab-${name}-nginx-1: 127.0.0.1:${port} -> 8080/tcp`]);
  });

  it("opens at no other address of this machine", async () => {
    const others = Object.values(networkInterfaces())
      .flatMap((list) => list ?? [])
      .filter(({ family, internal }) => family === "IPv4" && !internal)
      .map(({ address }) => address);
    expect(others).not.toEqual([]);
    const tried = await Promise.all(["127.0.0.1", ...others].map(async (host) => [host, await opens(host)] as const));
    expect(tried.filter(([, isOpen]) => isOpen).map(([host]) => host)).toEqual(["127.0.0.1"]);
  });
});

it("every container is hardened, and none has the engine's socket", () => {
  const found = containers.map(({ Name, Config, HostConfig, Mounts }) => ({
    name: Name,
    root: /^(|0|root)(:|$)/.test(Config.User),
    privileged: HostConfig.Privileged,
    readOnly: HostConfig.ReadonlyRootfs,
    dropped: HostConfig.CapDrop,
    added: HostConfig.CapAdd ?? [],
    security: HostConfig.SecurityOpt,
    restart: HostConfig.RestartPolicy?.Name,
    isBounded: (HostConfig.Memory ?? 0) > 0 && (HostConfig.PidsLimit ?? 0) > 0,
    namespaces: [HostConfig.PidMode, HostConfig.IpcMode].filter((mode) => mode === "host"),
    // A file of the host is read only; what may be written is a volume or goes with the container.
    writableFiles: Mounts.filter(({ Type, RW }) => Type === "bind" && RW),
    sockets: Mounts.filter(({ Source }) => /docker\.sock|containerd/.test(Source)),
  }));
  expect(found.length).toBeGreaterThanOrEqual(8);
  for (const one of found)
    expect(one).toEqual({
      name: one.name,
      root: false,
      privileged: false,
      readOnly: true,
      dropped: ["ALL"],
      added: [],
      security: ["no-new-privileges:true"],
      restart: "no",
      isBounded: true,
      namespaces: [],
      writableFiles: [],
      sockets: [],
    });
});

describe("a session cookie", () => {
  it("bears the lab's name, is out of reach of scripts and of other sites, and changes with the login", async () => {
    const login = (cookie: string) =>
      transport.send({
        host: "cookie.redis.localhost",
        method: "POST",
        path: "/login",
        headers: { "content-type": "application/json", cookie },
        body: JSON.stringify({ user: "alice", nonce: "n" }),
        connection: "fresh",
      });
    const first = cookiesOf(await login(""));
    expect(first.map((cookie) => cookie.split("=")[0]).sort()).toEqual(["SERVER_ID", `sid_${name}`]);
    expect(first.filter((cookie) => !/; httponly(;|$)/i.test(cookie) || !/; samesite=lax(;|$)/i.test(cookie))).toEqual(
      [],
    );
    const sent = first.map((cookie) => cookie.split(";")[0]!).join("; ");
    const sessionOf = (cookies: string[]) => cookies.find((cookie) => cookie.startsWith(`sid_${name}=s%3A`));
    const second = cookiesOf(await login(sent));
    expect(sessionOf(first)).toBeDefined();
    expect(sessionOf(second)).toBeDefined();
    expect(sessionOf(second)).not.toBe(sessionOf(first));
  });
});

describe("headers of strangers", () => {
  it("choose no session store, and no app server", async () => {
    const headers = {
      "x-session-store": "redis",
      "x-sticky-backend": "app3",
      "x-app-server": "app3",
      "x-real-ip": "10.9.8.7",
    };
    const answers = await asked("round-robin.memory.localhost", Array(9).fill(headers));
    expect([...new Set(answers.map(({ store }) => store))]).toEqual(["memory"]);
    expect([...new Set(answers.map(({ appServer }) => appServer))].sort()).toEqual(["app1", "app2", "app3"]);
  });

  it("choose no client address, unless they come through the lab's own door", async () => {
    const addresses = Array.from({ length: 12 }, (_, index) => `10.${index}.1.1`);
    const headers = addresses.map((address) => ({ "x-lab-client-address": address }));
    const throughTheDoor = await asked("ip-hash.memory.localhost", headers);
    expect(new Set(throughTheDoor.map(({ appServer }) => appServer)).size).toBeGreaterThan(1);

    const script = `
      const ask = (address) => new Promise((resolve) => require("http").get({ host: process.argv[1], port: 8080, path: "/whoami",
        headers: { host: "ip-hash.memory.localhost", "x-lab-client-address": address, "x-forwarded-for": address } },
        (answer) => resolve(answer.resume().headers["x-app-server"])));
      Promise.all(${JSON.stringify(addresses)}.map(ask)).then((servers) => console.log([...new Set(servers)].length));`;
    const nginx = containers.find(({ Name }) => Name.endsWith("-nginx-1"))!;
    const address = Object.values(nginx.NetworkSettings.Networks)[0]!.IPAddress;
    expect(await docker("exec", `session-lab-${name}-app1-1`, "node", "-e", script, address)).toEqual(["1"]);
  });
});

describe("secrets", () => {
  it("of a run are in no file, no command line, no result and no report; its folder is the owner's alone", async () => {
    const run = lab.start(["scenario", "login", "--users", "3", "--policy", "cookie", "--store", "redis", "--json"]);
    const lines = await processes("session-lab-test-");
    const { stdout, stderr, exitCode } = await run;
    expect(exitCode).toBe(0);
    const reports = ["run.html", "run.md", "run.xml", "run.json"].map((file) => join(lab.home, file));
    expect(await lab.run(["report", "last", ...reports])).toMatchObject({ exitCode: 0 });

    const environment = containers.flatMap(({ Config }) => Config.Env);
    const [secret] = environment.filter((line) => line.startsWith("SESSION_SECRET=")).map((line) => line.slice(15));
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const keys = await docker("exec", `session-lab-${name}-redis-1`, "redis-cli", "--scan");
    const ids = keys.map((key) => key.split(":").at(-1)!);
    expect(ids.length).toBeGreaterThanOrEqual(3);
    const sessions = await Promise.all(
      keys.map((key) => docker("exec", `session-lab-${name}-redis-1`, "redis-cli", "GET", key)),
    );
    const nonces = sessions.flatMap((lines) =>
      [...lines.join("").matchAll(/"nonce":"([^"]{8,})"/g)].map(([, nonce]) => nonce!),
    );
    expect(nonces.length).toBeGreaterThanOrEqual(3);

    const words = containers.flatMap(({ Path, Args, Config }) => [Path, ...Args, ...(Config.Cmd ?? [])]);
    const files = filesOf(lab.home);
    expect(files.map((file) => file.split("/").at(-1))).toEqual(expect.arrayContaining(["history.jsonl", "run.html"]));
    const places = [
      ...files.map((file) => readFileSync(file, "utf8")),
      lines.join("\n"),
      words.join(" "),
      stdout,
      stderr,
    ];
    for (const hidden of [secret!, ...ids, ...nonces])
      expect(places.filter((text) => String(text).includes(hidden))).toEqual([]);
    const open = filesOf(join(lab.home, "runs")).filter((file) => (statSync(file).mode & 0o077) !== 0);
    expect(open).toEqual([]);
    expect(statSync(join(lab.home, "runs", readdirSync(join(lab.home, "runs"))[0]!)).mode & 0o777).toBe(0o700);
  });
});

function opens(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 2_000 }, () => resolve(true));
    socket.on("error", () => resolve(false)).on("timeout", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

/** @throws when the request was not answered well: an overloaded machine is no insecure one */
function cookiesOf(reply: Awaited<ReturnType<Transport["send"]>>): string[] {
  expect(reply).toMatchObject({ answered: true, status: 200 });
  return reply.answered ? [reply.headers["set-cookie"] ?? []].flat() : [];
}

async function asked(host: string, headers: Record<string, string>[]): Promise<{ store: string; appServer: string }[]> {
  const answers = [];
  for (const one of headers) {
    const reply = await transport.send({ host, method: "GET", path: "/whoami", headers: one, connection: "fresh" });
    answers.push(JSON.parse(reply.answered ? reply.body : "{}") as { store: string; appServer: string });
  }
  return answers;
}

function filesOf(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name: file }) => join(parentPath, file));
}
