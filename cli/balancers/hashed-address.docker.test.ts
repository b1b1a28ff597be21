/** Policies that hash the whole client address, written by the recipe: theory reads from their files what is true of them. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { named } from "../history/services.ts";
import { openLabAccess } from "../lab/lab-access.ts";
import { LabEngine } from "../lab/lab-engine.ts";
import { ownServices } from "../lab/own-services.ts";
import { findLab } from "../lab/start-lab.ts";
import { copyPackage } from "../testing/package-copy.ts";
import { labCommand } from "../testing/run-lab.ts";
import { architectureHost } from "../theory/architectures.ts";
import { consistentHash } from "../theory/placement/consistent-hash.ts";
import { hash } from "../theory/placement/hash.ts";
import { clientAddresses, officeAddresses } from "../users/client-address.ts";
import { VirtualUser } from "../users/virtual-user.ts";

const appServers = named(ownServices, "app-server");

const name = "test-hashed-address";
const copy = copyPackage();
const lab = labCommand({ name, root: copy.root });

const policyFile = (
  id: string,
  { placedBy, method }: { placedBy: string; method: string },
) => `# The client's whole address, hashed, decides.
#
# What the lab's theory reads from this file:
#   affinity: address
#   key: client-address
#   placed-by: ${placedBy}
#   begins-with: visit
#   after-failover: returns
#   kept-in: address

upstream ${id} {
    ${method};
    server app1:3000 max_fails=1 fail_timeout=2s;
    server app2:3000 max_fails=1 fail_timeout=2s;
    server app3:3000 max_fails=1 fail_timeout=2s;
}

server {
    listen 8080;
    server_name ~^${id}\\.(?<store>[a-z0-9-]+)\\.localhost$;
    set $policy ${id};
    location / {
        include proxy.conf;
        proxy_pass http://${id};
    }
}
`;

beforeAll(async () => {
  const ring = { placedBy: "consistent-hash", method: "hash $remote_addr consistent" };
  copy.write("nginx/policies/address-ring.conf", policyFile("address-ring", ring));
  copy.write(
    "nginx/policies/address-hash.conf",
    policyFile("address-hash", { placedBy: "hash", method: "hash $remote_addr" }),
  );
  await lab.up(["--with", "spare"]);
});

afterAll(async () => {
  await lab.run(["down"]);
  lab[Symbol.dispose]();
  copy[Symbol.dispose]();
});

it.each([
  ["address-ring", consistentHash(appServers.map((server) => `${server}:3000`))],
  ["address-hash", hash(appServers.length)],
])("%s leads 300 addresses where theory computes", async (policy, indexOf) => {
  const engine = new LabEngine();
  const { site, transport, originOf } = openLabAccess((await findLab(name, engine))!, engine);
  const host = architectureHost({ policy, store: "memory" });
  const [network, office] = [clientAddresses(), officeAddresses()];
  const addresses = Array.from({ length: 300 }, (_, index) => (index % 2 ? network() : office()));
  const met: (string | undefined)[] = [];
  for (const address of addresses) {
    const user = new VirtualUser({ id: "browser", origin: originOf(policy), host, address, nonce: "a nonce" });
    met.push((await user.perform("who-am-i", { site, transport, now: () => 0 }, { phase: "baseline" })).server);
  }
  await transport.close();
  expect(met).toEqual(addresses.map((address) => appServers[indexOf(address)!]));
});

it.each(["office-nat", "scale-out", "scale-in", "roaming", "server-crash"])("%s confirms both", async (scenario) => {
  const { result } = await lab.json([
    ...["scenario", scenario, "--policy", "address-ring,address-hash"],
    ...["--store", "memory,redis", "--users", "30"],
  ]);
  const cells = result.architectures.map(({ id, verdict, mismatches }) => `${id} ${verdict}, ${mismatches} mismatches`);
  const both = ["address-hash", "address-ring"].flatMap((policy) => [`${policy}.memory`, `${policy}.redis`]);
  expect([...cells.filter((cell) => cell.startsWith("address")), ...result.reasons]).toEqual(
    both.map((id) => `${id} confirmed, 0 mismatches`),
  );
  // What joined or left stays so: the next scenario begins as at the start.
  await lab.run(["heal"]);
});
