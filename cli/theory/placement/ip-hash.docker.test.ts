import { randomInt } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { named } from "../../history/services.ts";
import type { Lab } from "../../lab/identity/lab.ts";
import { LabEngine } from "../../lab/lab-engine.ts";
import { ownServices } from "../../lab/own-services.ts";
import { findLab } from "../../lab/start-lab.ts";
import { copyPackage, type PackageCopy } from "../../testing/package-copy.ts";
import { labCommand } from "../../testing/run-lab.ts";
import { clientAddresses } from "../../users/client-address.ts";
import { labSite } from "../../users/lab-site.ts";
import { openTransport } from "../../users/transport.ts";
import { VirtualUser } from "../../users/virtual-user.ts";
import { architectureHost } from "../architectures.ts";
import { type HashedServer, ipHashServer } from "./ip-hash.ts";

const appServers = named(ownServices, "app-server");

const name = "test-ip-hash";
const engine = new LabEngine();
const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

/** Starts a lab, from a copy of the package when something is to be changed first. */
async function startLab(change?: (copy: PackageCopy) => void): Promise<Lab> {
  const copy = copyPackage();
  ends.push(() => copy[Symbol.dispose]());
  change?.(copy);
  const command = labCommand({ name, root: copy.root });
  ends.push(() => command[Symbol.dispose]());
  ends.push(() => command.run(["down"]));
  await command.up();
  return (await findLab(name, engine))!;
}

/** Asks real nginx once for each address. @returns `2001:db8::1 app2`, a line each */
async function placements(lab: Lab, addresses: readonly string[]): Promise<string[]> {
  const transport = openTransport();
  const lines: string[] = [];
  for (const address of addresses) {
    const host = architectureHost({ policy: "ip-hash", store: "memory" });
    const user = new VirtualUser({
      id: "browser",
      origin: `http://127.0.0.1:${lab.port}`,
      host,
      address,
      nonce: "a nonce",
    });
    const { server } = await user.perform(
      "who-am-i",
      { site: labSite, transport, now: () => 0 },
      { phase: "baseline" },
    );
    lines.push(`${address} ${server}`);
  }
  await transport.close();
  return lines;
}

function predictions(addresses: readonly string[], servers: readonly HashedServer[]): string[] {
  return addresses.map((address) => `${address} ${ipHashServer(address, servers)}`);
}

/** Half of each family; the lab's own clients, neighbours, and any others, which differ from run to run. */
function addresses500(): string[] {
  const byte = () => randomInt(1, 224);
  const group = () => randomInt(1, 65_536).toString(16);
  const times = (count: number, make: (index: number) => string) => Array.from({ length: count }, (_, i) => make(i));
  const newAddress = clientAddresses();
  return [
    ...times(100, newAddress),
    ...times(20, (index) => `192.168.7.${index + 1}`),
    ...times(130, () => `${byte()}.${byte()}.${byte()}.${byte()}`),
    ...times(100, (index) => `2001:db8::${(index + 1).toString(16)}`),
    ...times(20, (index) => `::ffff:16.0.${index}.7`),
    ...times(130, () => times(8, group).join(":")),
  ];
}

/** A network whose hash stands still: when its server is down, nginx gives up hashing. */
const standing = "16.20.173.7";
const three: HashedServer[] = appServers.map((server) => ({ name: server }));
const home = ipHashServer(standing, three)!;
const withoutHome = three.map((server) => ({ ...server, isDown: server.name === home }));

describe("the prediction is what nginx does, for 500 addresses of both families", () => {
  it("with three equal servers, and with one of them down", async () => {
    const lab = await startLab();
    const addresses = addresses500();
    expect(await placements(lab, addresses)).toEqual(predictions(addresses, three));

    await (await engine.containerOf(lab, home)).kill();
    const predictable = addresses.filter((address) => ipHashServer(address, withoutHome) !== undefined);
    expect(predictable.length).toBeGreaterThan(490);
    expect(await placements(lab, predictable)).toEqual(predictions(predictable, withoutHome));
    const others = appServers.filter((server) => server !== home).map((server) => `${standing} ${server}`);
    expect(new Set(await placements(lab, Array(6).fill(standing)))).toEqual(new Set(others));
  });

  it("with weights 5, 1 and 2", async () => {
    const lab = await startLab((copy) => {
      copy.change("nginx/policies/ip-hash.conf", "app1:3000 max", "app1:3000 weight=5 max");
      copy.change("nginx/policies/ip-hash.conf", "app3:3000 max", "app3:3000 weight=2 max");
    });
    const addresses = addresses500();
    const weighted = [5, 1, 2].map((weight, index) => ({ name: appServers[index]!, weight }));

    expect(await placements(lab, addresses)).toEqual(predictions(addresses, weighted));
  });
});
