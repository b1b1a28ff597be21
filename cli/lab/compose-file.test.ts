/** What compose/compose.yaml grants, and to whom: held for every service, those that start only when asked for included. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { balancerOfKind, named, sparesAmong } from "../history/services.ts";
import { composeFile, packageRoot } from "../paths.ts";
import { labels, startLabels } from "./identity/labels.ts";
import { mountedFiles } from "./mounted-files.ts";
import { doorService, frontBalancer, ownServices } from "./own-services.ts";
import { allProfiles, servicesOf } from "./services.ts";

const appServers = named(ownServices, "app-server");
const nodeBalancer = balancerOfKind(ownServices, "node")!;
const spareServers = sparesAmong(ownServices);

interface Mount {
  type: string;
  source: string;
  target: string;
  read_only?: boolean;
  bind?: { create_host_path?: boolean };
}

interface ServiceText {
  [key: string]: unknown;
  user?: string;
  ports?: string[];
  volumes?: (string | Mount)[];
  extra_hosts?: string[];
  profiles?: string[];
  environment?: Record<string, string>;
  labels?: Record<string, string>;
  networks: Record<string, { ipv4_address?: string }>;
  mem_limit?: string;
  pids_limit?: number;
}

interface ComposeText {
  services: Record<string, ServiceText>;
  volumes: Record<string, { labels?: Record<string, string> }>;
  networks: Record<
    string,
    { labels?: Record<string, string>; ipam: { config: { subnet: string; gateway: string }[] } }
  >;
}

const text = readFileSync(composeFile, "utf8");
/** Each variable has its default; the default of one may be another. */
const withDefaults = (some: string) => some.replace(/\$\{\w+:-([^{}]*)\}/g, "$1");
/** As Compose sees it without any variable set. */
const file = parse(withDefaults(withDefaults(text)), { merge: true, maxAliasCount: -1 }) as ComposeText;
const services = Object.entries(file.services);
const byName = services.map(([name, service]) => ({ name, service }));

it("is the only Compose file, and has every service that the lab speaks of", () => {
  expect(readdirSync(dirname(composeFile)).filter((name) => /\.ya?ml$/.test(name))).toEqual(["compose.yaml"]);
  const spokenOf = [frontBalancer, nodeBalancer, doorService, ...appServers, ...allProfiles().flatMap(servicesOf)];
  expect(Object.keys(file.services)).toEqual(expect.arrayContaining(spokenOf));
  expect(services.length).toBeGreaterThanOrEqual(22);
});

it("mounts from the package what is looked at before a lab starts: whether its containers may read it", () => {
  const sources = services.flatMap(([, { volumes = [] }]) =>
    volumes.flatMap((volume) => (typeof volume === "string" || volume.type !== "bind" ? [] : [volume.source])),
  );
  const paths = sources.map((source) => relative(packageRoot, join(dirname(composeFile), source)));
  expect([...new Set(paths)].sort()).toEqual([...mountedFiles].sort());
});

describe("addresses", () => {
  const [{ subnet, gateway } = { subnet: "", gateway: "" }] = file.networks.lab!.ipam.config;
  const prefix = subnet.replace(/\.0\/24$/, "");
  const addresses = Object.fromEntries(
    services.map(([name, { networks }]) => [name, String(networks.lab?.ipv4_address)]),
  );

  it("are fixed, one for each service, in the lab's subnet and not the gateway's", () => {
    const used = Object.values(addresses);
    expect(new Set(used).size).toBe(services.length);
    expect(used.filter((address) => !address.startsWith(`${prefix}.`))).toEqual([]);
    const last = used.map((address) => Number(address.split(".")[3]));
    expect(last.filter((number) => !(number >= 2 && number <= 254))).toEqual([]);
    expect(gateway).toBe(`${prefix}.1`);
  });

  // The engine gives a service that was cut off the address which these names say (Engine.connect).
  it("are the ones by which nginx, the balancer and the app servers look every service up", () => {
    const names = { ...addresses, gateway };
    for (const name of [frontBalancer, nodeBalancer, doorService, ...appServers, ...spareServers])
      expect([name, hostsOf(file.services[name]!)]).toEqual([name, names]);
  });

  it("are no service's on another network", () => {
    expect(services.filter(([, { networks }]) => Object.keys(networks).join() !== "lab")).toEqual([]);
  });
});

describe.each(byName)("$name", ({ service }) => {
  it("is hardened: no root, nothing writable, no privileges, bounded, and not restarted by itself", () => {
    expect(service).toMatchObject({
      user: expect.stringMatching(/^[1-9]\d*:[1-9]\d*$/),
      read_only: true,
      cap_drop: ["ALL"],
      security_opt: ["no-new-privileges:true"],
      restart: "no",
      mem_limit: expect.stringMatching(/^\d{1,3}m$/),
      pids_limit: expect.any(Number),
      logging: { driver: "json-file", options: { "max-size": "10m", "max-file": "2" } },
    });
    expect(service.pids_limit).toBeGreaterThan(0);
  });

  // `privileged`, `cap_add`, `devices`, `pid`, `ipc`, `network_mode`, ... would have to be added here first.
  it("asks the engine for nothing that is not known here", () => {
    expect(Object.keys(service).filter((key) => !known.has(key))).toEqual([]);
  });

  it("mounts files of this repository, read only, and volumes of the lab", () => {
    for (const mount of service.volumes ?? [])
      if (typeof mount === "string") expect(Object.keys(file.volumes)).toContain(mount.split(":")[0]);
      else
        expect(mount).toEqual({
          type: "bind",
          source: expect.stringMatching(/^(\.|\.\.\/nginx|\.\.\/dist\/app)(\/[a-z-]+\.(sh|sql|cjs))?$/),
          target: expect.any(String),
          read_only: true,
          bind: { create_host_path: false },
        });
  });

  it("carries the lab's labels", () => {
    expect(service.labels).toMatchObject(everyLabel);
  });
});

const known = new Set([
  ...["image", "user", "entrypoint", "environment", "labels", "profiles", "depends_on", "healthcheck"],
  ...["networks", "extra_hosts", "ports", "volumes", "tmpfs", "logging", "stop_grace_period", "stop_signal"],
  ...["read_only", "cap_drop", "security_opt", "restart", "mem_limit", "pids_limit"],
]);

const everyLabel = {
  [labels.lab]: "lab",
  ...Object.fromEntries(startLabels.map((label) => [label, "by-hand"])),
  [labels.stays]: "yes",
};

it("networks and volumes carry the lab's labels, too", () => {
  const all = [...Object.values(file.networks), ...Object.values(file.volumes)];
  expect(all.map((resource) => resource.labels)).toEqual(all.map(() => everyLabel));
});

it("publishes nginx at its port and the door at one that the engine chooses, on 127.0.0.1", () => {
  const published = services.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`));
  expect(published).toEqual([`${frontBalancer} 127.0.0.1:8080:8080`, `${doorService} 127.0.0.1::3000`]);
});

it("gives nobody the engine's socket", () => {
  expect(text).not.toMatch(/\.sock\b|\/var\/run\/docker|containerd/);
});

it("tells secrets only those who need them, in their environment and not on a command line", () => {
  const told = (variable: string) =>
    services.filter(([, { environment }]) => environment?.[variable] !== undefined).map(([name]) => name);
  const all = [...appServers, ...spareServers];
  expect(told("SESSION_SECRET")).toEqual(all);
  expect(told("POSTGRES_PASSWORD").sort()).toEqual([...all, "postgres"].sort());
  expect(told("BALANCER_SECRET").sort()).toEqual([...all, nodeBalancer, frontBalancer, doorService].sort());
  // redis-cli reads it from REDISCLI_AUTH.
  const redisServers = services.map(([name]) => name).filter((name) => /^(redis|sentinel)/.test(name));
  expect(told("REDIS_PASSWORD").sort()).toEqual([...all, ...redisServers].sort());
  expect(told("REDISCLI_AUTH").sort()).toEqual(redisServers.sort());
  const defaults = "only-for-a-bare-compose-up-on-loopback";
  const elsewhere = services.map(([, { environment: _, ...rest }]) => JSON.stringify(rest));
  expect(elsewhere.filter((rest) => rest.includes(defaults))).toEqual([]);
  expect(text.match(/\$\{LAB_[A-Z_]*(SECRET|PASSWORD|TOKEN|KEY)[A-Z_]*/g)?.sort()).toEqual([
    "${LAB_BALANCER_SECRET",
    "${LAB_POSTGRES_PASSWORD",
    "${LAB_REDIS_PASSWORD",
    "${LAB_SESSION_SECRET",
  ]);
});

it("mounts what the package has", () => {
  const files = services.flatMap(([, { volumes = [] }]) => volumes).filter((mount) => typeof mount !== "string");
  const inFolder = readdirSync(dirname(composeFile)).map((name) => `./${name}`);
  const own = files.map(({ source }) => source).filter((source) => source.startsWith("./"));
  expect(own.filter((source) => !inFolder.includes(source))).toEqual([]);
  // Named in package.json, "files".
  const { files: packed } = JSON.parse(readFileSync(join(dirname(composeFile), "../package.json"), "utf8")) as {
    files: string[];
  };
  const endings = new Set(own.map((source) => `compose/*.${source.split(".").at(-1)}`));
  expect([...endings].filter((ending) => !packed.includes(ending))).toEqual([]);
});

function hostsOf({ extra_hosts = [] }: ServiceText): Record<string, string> {
  return Object.fromEntries(extra_hosts.map((entry) => entry.split(":") as [string, string]));
}
