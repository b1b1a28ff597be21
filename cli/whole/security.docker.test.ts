/** What a lab lets in. (What it lets out: secrets.docker.test.ts.) */
import { createHmac, randomUUID } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { type AddressInfo, connect, createServer } from "node:net";
import { networkInterfaces } from "node:os";
import type { ContainerInspectInfo } from "dockerode";
import { UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { balancerOfKind, named } from "../history/services.ts";
import { labels } from "../lab/identity/labels.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { doorService, frontBalancer, ownServices } from "../lab/own-services.ts";
import { findLab } from "../lab/start-lab.ts";
import { docker } from "../testing/engine-inventory.ts";
import { labCommand } from "../testing/run-lab.ts";
import { loadPolicies } from "../theory/policies.ts";
import { storesOf } from "../theory/stores.ts";
import { openTransport, type Transport } from "../users/transport.ts";
import { waitUntil } from "../wait.ts";

const appServers = named(ownServices, "app-server");
const nodeBalancer = balancerOfKind(ownServices, "node")!;

const name = "test-secure";
const lab = labCommand({ name });
const sessionCookie = `sid_${name}`;

let containers: ContainerInspectInfo[];
let port: number;
let doorPort: number;
let origin: string;
/** The bridge, as the containers call the machine they run on. */
let gateway: string;
let transport: Transport;
beforeAll(async () => {
  const { stdout } = await lab.up();
  port = Number(/localhost:(\d+)/.exec(stdout)![1]);
  origin = `http://127.0.0.1:${port}`;
  transport = openTransport();
  const ids = await docker("ps", "-q", "--filter", `label=${labels.lab}=${name}`);
  containers = JSON.parse((await docker("inspect", ...ids)).join("\n")) as ContainerInspectInfo[];
  gateway = endpointOf(frontBalancer).Gateway;
  const engine = new LabEngine();
  doorPort = (await engine.publishedPort((await findLab(name, engine))!, doorService))!;
});
afterAll(async () => {
  await transport?.close();
  await lab.run(["down"]);
  lab[Symbol.dispose]();
});

describe("the ways in", () => {
  it("are one port of nginx and one of the door, on 127.0.0.1", () => {
    const published = containers.flatMap(({ Name, HostConfig, NetworkSettings }) =>
      [HostConfig.PortBindings ?? {}, NetworkSettings.Ports].map((ports) =>
        Object.entries(ports as Record<string, { HostIp: string; HostPort: string }[] | null>).flatMap(
          ([inside, bindings]) =>
            (bindings ?? []).map(({ HostIp, HostPort }) => `${Name}: ${HostIp}:${HostPort} -> ${inside}`),
        ),
      ),
    );
    const nginx = `/${containerOf(frontBalancer)}: 127.0.0.1:${port} -> 8080/tcp`;
    const door = (somePort: number | string) => `/${containerOf(doorService)}: 127.0.0.1:${somePort} -> 3000/tcp`;
    // The engine is asked for any port, and chooses one.
    expect(published.flat().sort()).toEqual([nginx, nginx, door(""), door(doorPort)].sort());
  });

  it("open at no other address of this machine", async () => {
    const others = Object.entries(networkInterfaces()).flatMap(([card, list]) =>
      (list ?? [])
        .map(({ address }) => (address.startsWith("fe80:") ? `${address}%${card}` : address))
        .filter((address) => address !== "127.0.0.1"),
    );
    const opensAt = async (somePort: number, hosts: string[]) => {
      const tried = await Promise.all(hosts.map(async (host) => [host, await opens(host, somePort)] as const));
      return tried.filter(([, isOpen]) => isOpen).map(([host]) => host);
    };
    for (const published of [port, doorPort])
      expect(await opensAt(published, ["127.0.0.1", "127.0.0.2", "::1", ...others])).toEqual(["127.0.0.1"]);
    // A door that is open everywhere is seen to be.
    const everywhere = createServer().listen(0, "0.0.0.0");
    await once(everywhere, "listening");
    const found = await opensAt((everywhere.address() as AddressInfo).port, ["127.0.0.1", ...others]);
    everywhere.close();
    expect(found).toEqual(expect.arrayContaining(["127.0.0.1", gateway]));
  });

  it("open to no container, and another network's reaches nothing of the lab past it", async () => {
    const inside = containers.map(({ Config }) => Config.Labels[labels.service]!);
    const addresses = inside.map((service) => endpointOf(service).IPAddress);
    const doors = addresses.flatMap((address) => [3000, 5432, 6379, 8080].map((inner) => `${address}:${inner}`));
    const [ownGateway] = await docker("network", "inspect", "bridge", "--format", "{{(index .IPAM.Config 0).Gateway}}");
    const published = [gateway, ownGateway!].flatMap((address) => [port, doorPort].map((one) => `${address}:${one}`));
    const script = [opensScript, ...published, ...doors];

    const image = containers.find(({ Name }) => Name === `/${containerOf("app1")}`)!.Config.Image;
    const stranger = ["run", "--rm", "--network", "bridge", "--read-only", "--cap-drop", "ALL", "--user", "10001"];
    const fromElsewhere = await docker(...stranger, "--entrypoint", "node", image, "-e", ...script);
    expect(fromElsewhere).toEqual(["itself"]);
    const fromWithin = await docker("exec", containerOf("app1"), "node", "-e", ...script);
    const [nginx, door, app2, redis] = [frontBalancer, doorService, "app2", "redis"].map(
      (service) => endpointOf(service).IPAddress,
    );
    expect(fromWithin).toEqual(
      expect.arrayContaining(["itself", `${nginx}:8080`, `${door}:3000`, `${app2}:3000`, `${redis}:6379`]),
    );
    expect(fromWithin.filter((door) => published.includes(door))).toEqual([]);
  });
});

// A bridge network is open to the machine that it is on: every process of it reaches the containers' own addresses.
describe("whoever goes past the door, from this machine,", () => {
  it("gets nothing out of a Redis server without the lab's password", async () => {
    const answers = async (service: string) => [
      await redisSays(service, ["PING"]),
      await redisSays(service, ["FLUSHALL"]),
      await redisSays(service, ["AUTH guess", "DBSIZE"]),
      await redisSays(service, [`AUTH ${secretOf(service, "REDIS_PASSWORD")}`, "PING"]),
    ];
    for (const service of ["redis", "redis-rdb", "redis-aof"])
      expect([service, ...(await answers(service))]).toEqual([
        service,
        [expect.stringMatching(/^-NOAUTH /)],
        [expect.stringMatching(/^-NOAUTH /)],
        [expect.stringMatching(/^-WRONGPASS /), expect.stringMatching(/^-NOAUTH /)],
        ["+OK", "+PONG"],
      ]);
  });

  it.each(["app1", nodeBalancer])(
    "is sent away by %s, whatever his headers say, and has no session then",
    async (service) => {
      const secret = secretOf(service, "BALANCER_SECRET");
      const lies = [
        {},
        { "x-balancer-secret": "" },
        { "x-balancer-secret": "guess" },
        { "x-balancer-secret": `${secret}x` },
      ];
      const sessions = await sessionsIn("redis");
      for (const lie of lies) {
        const stranger = await logsInPastTheDoor(service, lie);
        expect([lie, stranger]).toEqual([
          lie,
          { status: 403, cookies: [], says: expect.stringContaining("the balancer") },
        ]);
        expect(stranger.says).not.toContain(secret);
      }
      expect(await sessionsIn("redis")).toBe(sessions);
      // Who knows the secret is taken for a balancer.
      const balancerItself = await logsInPastTheDoor(service, { "x-balancer-secret": secret });
      expect(balancerItself).toMatchObject({ status: 200, says: expect.stringContaining('"user":"mallory"') });
      expect(await sessionsIn("redis")).toBe(sessions + 1);
    },
  );
});

describe("every container", () => {
  it("is hardened, and none has the engine's socket", () => {
    const found = containers.map(({ Name, Config, HostConfig, Mounts }) => ({
      name: Name,
      user: Config.User,
      privileged: HostConfig.Privileged,
      readOnly: HostConfig.ReadonlyRootfs,
      dropped: HostConfig.CapDrop,
      added: HostConfig.CapAdd ?? [],
      security: HostConfig.SecurityOpt,
      restart: HostConfig.RestartPolicy?.Name,
      isBounded: (HostConfig.Memory ?? 0) > 0 && (HostConfig.PidsLimit ?? 0) > 0,
      devices: HostConfig.Devices ?? [],
      network: HostConfig.NetworkMode,
      namespaces: [HostConfig.PidMode, HostConfig.IpcMode, HostConfig.UTSMode, HostConfig.UsernsMode].filter(
        (mode) => mode === "host" || mode?.startsWith("container:"),
      ),
      // A file of the host is read only; what may be written is a volume or goes with the container.
      writableFiles: Mounts.filter(({ Type, RW }) => Type === "bind" && RW),
      sockets: Mounts.filter(({ Source }) => /\.sock$|\/run(\/|$)|containerd/.test(Source)),
    }));
    expect(found.length).toBeGreaterThanOrEqual(8);
    for (const one of found)
      expect(one).toEqual({
        name: one.name,
        user: expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/),
        privileged: false,
        readOnly: true,
        dropped: ["ALL"],
        added: [],
        security: ["no-new-privileges:true"],
        restart: "no",
        isBounded: true,
        devices: [],
        network: `session-lab-${name}_lab`,
        namespaces: [],
        writableFiles: [],
        sockets: [],
      });
  });

  it("is so by the kernel's account, too: no root, no capability, no way to get one", async () => {
    const status = async ({ Name }: ContainerInspectInfo) => {
      const lines = await docker("exec", Name.slice(1), "cat", "/proc/1/status");
      const value = (field: string) => lines.find((line) => line.startsWith(`${field}:`))?.split(/\s+/);
      return {
        isRoot: value("Uid")!.includes("0") || value("Gid")!.includes("0"),
        capabilities: ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"].map((set) => Number(`0x${value(set)![1]}`)),
        mayGainMore: value("NoNewPrivs")![1] !== "1",
      };
    };
    const found = await Promise.all(containers.map(status));
    expect(found).toEqual(containers.map(() => ({ isRoot: false, capabilities: [0, 0, 0, 0, 0], mayGainMore: false })));
  });

  it("carries the labels of this start of the lab, and so do its network and its volumes", async () => {
    const filter = `label=${labels.lab}=${name}`;
    const [networks, volumes] = await Promise.all(
      ["network", "volume"].map(async (kind) => {
        const names = await docker(kind, "ls", "-q", "--filter", filter);
        return JSON.parse((await docker(kind, "inspect", ...names)).join("\n")) as { Labels: Record<string, string> }[];
      }),
    );
    expect([networks!.length, volumes!.length]).toEqual([1, 2]);
    const all = [
      ...containers.map(({ Config }) => Config.Labels),
      ...[...networks!, ...volumes!].map((one) => one.Labels),
    ];
    const wanted = {
      [labels.lab]: name,
      [labels.project]: `session-lab-${name}`,
      [labels.id]: expect.stringMatching(/^[\w-]{8,}$/),
      [labels.owner]: expect.stringMatching(/^\d+@\d+$/),
      [labels.boot]: expect.stringMatching(/^[\w-]{8,}$/),
      [labels.version]: expect.stringMatching(/^\d+\.\d+\.\d+/),
    };
    for (const found of all) expect(found).toMatchObject(wanted);
    for (const label of [labels.id, labels.owner, labels.boot])
      expect(new Set(all.map((found) => found[label])).size).toBe(1);
  });
});

describe.each(storesOf({ profiles: [] }))("a session cookie of the store $id", ({ id, livesIn, revocable }) => {
  const host = `app1.${id}.localhost`;

  it("bears the lab's name, is out of reach of scripts and of other sites, and belongs to one host name", async () => {
    const cookies = cookiesOf(await login(host));
    expect(cookies).not.toEqual([]);
    for (const cookie of cookies)
      expect(cookie).toMatch(new RegExp(`^${sessionCookie}(_identity)?=[^;]+; Path=/; HttpOnly; SameSite=Lax$`));
  });

  it("changes with every login; an older one opens nothing, where the store can take it back", async () => {
    const planted = sent(cookiesOf(await login(host)));
    const own = sent(cookiesOf(await login(host, planted)));
    for (const value of planted.split("; ")) expect(own.split("; ")).not.toContain(value);
    expect(await authenticated(host, own)).toBe(true);
    // Where nobody keeps a list, a token is taken until it expires.
    expect(await authenticated(host, planted)).toBe(!revocable);
  });

  it("is never taken up by a login when no server gave it, not even one that is signed as it should be", async () => {
    const unknown = madeUpBy(secretOf("app1", "SESSION_SECRET"), livesIn);
    for (const value of unknown) {
      const made = `${sessionCookie}=${value}`;
      expect([value, await authenticated(host, made)]).toEqual([value, false]);
      const own = sent(cookiesOf(await login(host, made)));
      expect(own.split("; ")).not.toContain(made);
      expect(await authenticated(host, own)).toBe(true);
      expect([value, await authenticated(host, made)]).toEqual([value, false]);
    }
  });
});

it("the balancers' cookies are out of reach of scripts and of other sites, too", async () => {
  const given = await Promise.all(
    loadPolicies()
      .filter(({ affinity, keptIn }) => affinity === "cookie" && keptIn === "browser")
      .map(async ({ id }) => {
        const cookies = cookiesOf(await login(`${id}.memory.localhost`));
        return cookies.filter((cookie) => !cookie.startsWith(sessionCookie));
      }),
  );
  expect(given.map((cookies) => cookies.length)).toEqual([1, 1, 1]);
  for (const cookie of given.flat()) {
    expect(cookie).toMatch(/; httponly(;|$)/i);
    expect(cookie).toMatch(/; samesite=lax(;|$)/i);
    expect(cookie).not.toMatch(/; domain=/i);
  }
});

describe("a page of another site", () => {
  const elsewhere = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
  const everyDoor = [...loadPolicies().map(({ id }) => id), "app1"];

  it.each(everyDoor)("makes no session and reaches no app server: %s", async (policy) => {
    const host = `${policy}.redis.localhost`;
    const refused = {
      status: 403,
      says: expect.stringMatching(/^403: a page of another site made this request; /),
      appServer: undefined,
    };
    const before = await sessions("redis");
    const tricks: Record<string, string>[] = [
      elsewhere,
      { ...elsewhere, origin: "null", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" },
      { origin: `http://${host}:${port}`, "sec-fetch-site": "same-site" },
      // From browsers that send no Sec-Fetch-Site.
      { origin: "https://evil.example" },
      { origin: "null" },
      { origin: `http://other.redis.localhost:${port}` },
      { origin: `http://${host}` },
      { origin: `http://${host}:${port}.evil.example` },
      { origin: `https://evil.example http://${host}:${port}` },
    ];
    for (const headers of tricks) expect([headers, await ask(host, "POST", headers)]).toEqual([headers, refused]);
    expect(await sessions("redis")).toBe(before);

    // A look from there would count for whoever balances by counting; a frame would show what a stranger clicks on.
    for (const dest of ["image", "empty", "iframe"]) {
      const mode = dest === "iframe" ? "navigate" : "no-cors";
      const look = { "sec-fetch-site": "cross-site", "sec-fetch-mode": mode, "sec-fetch-dest": dest };
      expect([dest, await ask(host, "GET", look)]).toEqual([dest, refused]);
    }
  });

  it.each(everyDoor)("may have a link that people follow; the lab's own pages and curl come in: %s", async (policy) => {
    const host = `${policy}.redis.localhost`;
    const before = await sessions("redis");
    const [opens, follows] = [{ "sec-fetch-mode": "navigate", "sec-fetch-dest": "document" }, { status: 200 }];
    for (const site of ["cross-site", "same-site", "same-origin", "none"])
      expect(await ask(host, "GET", { ...opens, "sec-fetch-site": site })).toMatchObject(follows);
    expect(await sessions("redis")).toBe(before);

    const own = `http://${host}:${port}`;
    const comers = [{ origin: own, "sec-fetch-site": "same-origin" }, { origin: own }, {}];
    for (const headers of comers) expect(await ask(host, "POST", headers)).toMatchObject({ status: 200 });
    expect(await sessions("redis")).toBe(before + comers.length);
  });

  /** GET / or POST /login. */
  async function ask(host: string, method: "GET" | "POST", headers: Record<string, string>) {
    const what =
      method === "GET" ? { path: "/", headers } : { path: "/login", headers: { ...json, ...headers }, body: alice };
    const reply = await transport.send({ origin, host, method, connection: "fresh", ...what });
    return reply.answered
      ? { status: reply.status, says: reply.body, appServer: reply.headers["x-app-server"] }
      : { status: reply.reason };
  }
});

// By a cookie that says the app server's name or number he can, and by the host name of its own door: the scenario
// forged-affinity measures what that gets him into.
describe("headers of strangers", () => {
  it("choose no session store, and no app server", async () => {
    const headers = {
      "x-session-store": "redis",
      "x-balancing-policy": "direct",
      "x-sticky-backend": "app3",
      "x-app-server": "app3",
      "x-forwarded-host": "app3.redis.localhost",
      "x-forwarded-server": "app3",
      "x-real-ip": "10.9.8.7",
    };
    const stores = new Set<string>();
    const met = new Set<string>();
    await waitUntil({
      look: async () => {
        const { store, appServer } = await whoAmI("round-robin.memory.localhost", headers);
        stores.add(store);
        met.add(appServer);
        return [...met].sort();
      },
      // A server that was slow once is left out for two seconds.
      until: (found) => found.length === appServers.length,
      deadlineMs: 30_000,
      everyMs: 1,
    });
    expect([[...stores], [...met].sort()]).toEqual([["memory"], appServers]);
  });

  it("choose no client address, unless they come through the lab's own door", async () => {
    const addresses = Array.from({ length: 12 }, (_, index) => `10.${index}.1.1`);
    const throughTheDoor = new Set<string>();
    for (const address of addresses) {
      const { appServer } = await whoAmI("ip-hash.memory.localhost", { "x-lab-client-address": address });
      throughTheDoor.add(appServer);
    }
    expect(throughTheDoor.size).toBeGreaterThan(1);

    const script = `
      const ask = (address) => new Promise((resolve) => require("http").get({ host: process.argv[1], port: 8080, path: "/whoami",
        headers: { host: "ip-hash.memory.localhost", "x-lab-client-address": address, "x-forwarded-for": address } },
        (answer) => resolve(answer.resume().headers["x-app-server"])));
      Promise.all(${JSON.stringify(addresses)}.map(ask)).then((servers) => console.log([...new Set(servers)].length));`;
    // Believed, twelve networks would meet several servers each time.
    const { seen } = await waitUntil({
      look: () => docker("exec", containerOf("app1"), "node", "-e", script, endpointOf(frontBalancer).IPAddress),
      until: ([servers]) => servers === "1",
      deadlineMs: 30_000,
    });
    expect(seen).toEqual(["1"]);
  });

  describe("that say who asks, and what for,", () => {
    const policies = loadPolicies().map(({ id }) => id);
    const echoPort = 3999;

    beforeAll(async () => {
      // In the place of every app server: one that answers with the headers that reached it.
      await docker("exec", "--detach", containerOf("app1"), "node", "-e", echoScript, `${echoPort}`);
      const list = `printf %s "app1:${echoPort}" > /tmp/app-servers && kill -HUP 1`;
      await docker("exec", containerOf(nodeBalancer), "sh", "-c", list);
      const files = "/tmp/nginx/nginx.conf /tmp/nginx/policies/*.conf";
      const edit = `sed -i "s/server app[1-6]:3000/server app1:${echoPort}/" ${files} && nginx -c /tmp/nginx/nginx.conf -s reload`;
      await docker("exec", containerOf(frontBalancer), "sh", "-c", edit);
    });

    it.each([...policies, "app1"])("never reach an app server: %s", async (policy) => {
      const host = `${policy}.memory.localhost`;
      const reached = await reachingAppServer(host, forged);
      expect(reached.filter(([, value]) => value.includes("stranger"))).toEqual([]);
      const ours = reached.filter(([header]) => (header in forged && header !== "connection") || header === "host");
      expect(ours.sort()).toEqual([
        // As the browser asked: the page makes its links of it.
        ["host", `${host}:4711`],
        ["x-balancer-secret", secretOf("app1", "BALANCER_SECRET")],
        ["x-balancing-policy", policy === "app1" ? "direct" : policy],
        ["x-forwarded-for", gateway],
        ["x-forwarded-proto", "http"],
        ["x-real-ip", gateway],
        ["x-session-store", "memory"],
      ]);
      // The address that a virtual user says it has, and nothing else that it says.
      const ofUser = await reachingAppServer(host, { ...forged, "x-lab-client-address": "16.0.3.7" });
      expect(
        ofUser
          .filter(([, value]) => value.includes("16.0.3.7"))
          .map(([header]) => header)
          .sort(),
      ).toEqual(["x-forwarded-for", "x-real-ip"]);
    });
  });
});

const forged: Record<string, string> = {
  "x-forwarded-for": "stranger",
  "x-forwarded-proto": "stranger",
  "x-forwarded-host": "stranger",
  "x-forwarded-port": "stranger",
  "x-forwarded-server": "stranger",
  "x-forwarded-prefix": "stranger",
  x_forwarded_for: "stranger",
  forwarded: "for=stranger;host=stranger;proto=stranger",
  "x-real-ip": "stranger",
  "x-session-store": "stranger",
  "x-balancing-policy": "stranger",
  "x-balancer-secret": "stranger",
  "x-lab-client-address": "stranger",
  // Headers that a proxy on the way is to drop (RFC 9110, 7.6.1).
  connection: "close, x-real-ip, x-forwarded-for, x-session-store, stranger",
};

/** Lists whatever opens of `address:port` in its arguments, and `itself`: that it can see one that is open. */
const opensScript = `
  const { connect, createServer } = require("node:net");
  const opens = (host, port) => new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 3_000 }, () => resolve(true));
    socket.on("error", () => resolve(false)).on("timeout", () => resolve(false)).on("close", () => resolve(false));
  });
  const server = createServer().listen(0, async () => {
    if (await opens("127.0.0.1", server.address().port)) console.log("itself");
    const doors = process.argv.slice(1);
    const found = await Promise.all(doors.map((door) => opens(...door.split(":"))));
    console.log(doors.filter((_, index) => found[index]).join("\\n"));
    process.exit();
  });`;

const echoScript = `
  require("node:http").createServer(({ rawHeaders }, response) => {
    const pairs = rawHeaders.flatMap((name, index) => (index % 2 ? [] : [[name.toLowerCase(), rawHeaders[index + 1]]]));
    response.setHeader("x-echo", "yes").end(JSON.stringify(pairs));
  }).listen(Number(process.argv[1]));`;

/** Waits until the echoing app server answers: for a moment after a reload it may still be another. */
async function reachingAppServer(host: string, headers: Record<string, string>): Promise<[string, string][]> {
  const { seen } = await waitUntil({
    look: () => echo(host, headers),
    until: (answer) => answer !== undefined,
    deadlineMs: 30_000,
  });
  if (!seen) throw new Error(`the echoing app server did not answer at ${host} for 30 s`);
  return seen;
}

/** @returns the headers that reached the app server; undefined when another one answered, or nobody */
function echo(host: string, headers: Record<string, string>): Promise<[string, string][] | undefined> {
  return new Promise((resolve) => {
    const question = request({ host: "127.0.0.1", port, headers: { host: `${host}:4711`, ...headers } });
    question.on("response", async (response) => {
      const body = Buffer.concat(await response.toArray().catch(() => [])).toString();
      resolve(response.headers["x-echo"] ? (JSON.parse(body) as [string, string][]) : undefined);
    });
    question.on("error", () => resolve(undefined)).end();
  });
}

function containerOf(service: string): string {
  return `session-lab-${name}-${service}-1`;
}

function endpointOf(service: string): { IPAddress: string; Gateway: string } {
  const { NetworkSettings } = containers.find(({ Name }) => Name === `/${containerOf(service)}`)!;
  return Object.values(NetworkSettings.Networks)[0]!;
}

function secretOf(service: string, variable: "SESSION_SECRET" | "REDIS_PASSWORD" | "BALANCER_SECRET"): string {
  const { Config } = containers.find(({ Name }) => Name === `/${containerOf(service)}`)!;
  return Config.Env.find((line) => line.startsWith(`${variable}=`))?.slice(`${variable}=`.length) ?? "";
}

/** A line for each command, in Redis's protocol; commands as one types them ("inline commands"). */
async function redisSays(service: string, commands: readonly string[]): Promise<string[]> {
  const socket = connect({ host: endpointOf(service).IPAddress, port: 6379, timeout: 5_000 });
  socket.on("timeout", () => socket.destroy(new Error(`${service} says nothing`)));
  socket.write(commands.map((command) => `${command}\r\n`).join(""));
  let said = "";
  for await (const chunk of socket) {
    said += chunk;
    if (said.split("\r\n").length > commands.length) break;
  }
  return said.split("\r\n").filter((line) => line !== "");
}

/** Asks the container's own address for a session in Redis, as a user of its own choice. */
function logsInPastTheDoor(service: string, headers: Record<string, string>) {
  const claims = { "x-session-store": "redis", "x-real-ip": "6.6.6.6", "content-type": "application/json" };
  const question = request({
    host: endpointOf(service).IPAddress,
    port: 3000,
    method: "POST",
    path: "/login",
    headers: { ...claims, ...headers },
  });
  return new Promise<{ status: number | undefined; cookies: string[]; says: string }>((resolve, reject) => {
    question.on("response", async (response) => {
      const says = Buffer.concat(await response.toArray()).toString();
      resolve({ status: response.statusCode, cookies: response.headers["set-cookie"] ?? [], says });
    });
    question.on("error", reject).end(JSON.stringify({ user: "mallory", nonce: "n" }));
  });
}

async function sessionsIn(store: string): Promise<number> {
  const host = `app1.${store}.localhost`;
  const reply = await transport.send({
    origin,
    host,
    method: "GET",
    path: "/healthz",
    headers: {},
    connection: "fresh",
  });
  return (JSON.parse(reply.answered ? reply.body : "") as { sessions: number }).sessions;
}

/** Values of a session cookie that no app server has given to anybody. */
function madeUpBy(secret: string, livesIn: "app-server" | "server" | "browser"): string[] {
  const session = {
    sub: "mallory",
    authenticated: true,
    nonce: "n",
    loginAt: new Date().toISOString(),
    sid: randomUUID(),
  };
  if (livesIn === "browser") {
    const unsigned = new UnsecuredJWT(session).setExpirationTime("1h").encode();
    const [header = "", claims = ""] = unsigned.split(".");
    const signed = Buffer.from(JSON.stringify({ alg: "HS256", typ: "JWT" })).toString("base64url");
    // Signed with the lab's secret itself, from which the key of tokens is only derived.
    const signature = createHmac("sha256", secret).update(`${signed}.${claims}`).digest("base64url");
    return [unsigned, `${header}.${claims}.${signature}`, `${signed}.${claims}.${signature}`, "nonsense"];
  }
  const id = randomUUID();
  const signature = createHmac("sha256", secret).update(id).digest("base64").replace(/=+$/, "");
  return [encodeURIComponent(`s:${id}.${signature}`), encodeURIComponent(`s:${id}.${"A".repeat(43)}`), id];
}

function opens(host: string, somePort: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port: somePort, timeout: 2_000 }, () => resolve(true));
    socket.on("error", () => resolve(false)).on("timeout", () => resolve(false));
    socket.on("connect", () => socket.destroy());
  });
}

const json = { "content-type": "application/json" };
const alice = JSON.stringify({ user: "alice", nonce: "n" });

function login(host: string, cookie = "") {
  return transport.send({
    origin,
    host,
    method: "POST",
    path: "/login",
    headers: { ...json, cookie },
    body: alice,
    connection: "fresh",
  });
}

/** The `Set-Cookie` lines. @throws when the request was not answered well: an overloaded machine is no insecure one */
function cookiesOf(reply: Awaited<ReturnType<Transport["send"]>>): string[] {
  expect(reply).toMatchObject({ answered: true, status: 200 });
  return reply.answered ? [reply.headers["set-cookie"] ?? []].flat() : [];
}

/** As the browser sends them back. */
function sent(cookies: readonly string[]): string {
  return cookies.map((cookie) => cookie.split(";")[0]!).join("; ");
}

/** How many sessions are in the store. */
async function sessions(store: string): Promise<number> {
  const asked = { host: `app1.${store}.localhost`, method: "GET", path: "/healthz", headers: {} } as const;
  const reply = await transport.send({ origin, ...asked, connection: "fresh" });
  expect(reply).toMatchObject({ answered: true, status: 200 });
  return (JSON.parse(reply.answered ? reply.body : "") as { sessions: number }).sessions;
}

async function authenticated(host: string, cookie: string): Promise<boolean> {
  return (await whoAmI(host, { cookie })).authenticated;
}

async function whoAmI(host: string, headers: Record<string, string>) {
  const reply = await transport.send({ origin, host, method: "GET", path: "/whoami", headers, connection: "fresh" });
  expect(reply).toMatchObject({ answered: true, status: 200 });
  return JSON.parse(reply.answered ? reply.body : "") as { store: string; appServer: string; authenticated: boolean };
}
