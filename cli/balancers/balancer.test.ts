import { expect, it } from "vitest";
import { loadPolicies } from "../theory/policies.ts";
import { balancerIds, balancersAmong, loadBalancer } from "./balancer.ts";

it("a file's name is the id of its balancer", async () => {
  const ids = balancerIds();
  expect(ids).toEqual(expect.arrayContaining(["nginx", "node"]));
  expect(await Promise.all(ids.map(async (id) => (await loadBalancer(id)).id))).toEqual(ids);
});

it("every policy names a balancer that there is, and none is without a policy", () => {
  expect([...new Set(loadPolicies().map(({ balancerKind }) => balancerKind))].sort()).toEqual(balancerIds());
});

it("one that nobody knows is refused by name, and left out among the services of a subject", async () => {
  await expect(loadBalancer("traefik")).rejects.toThrow('Unknown balancer "traefik".');
  const found = await balancersAmong([
    { name: "edge", role: "balancer", kind: "traefik" },
    { name: "inner", role: "balancer", kind: "nginx" },
    { name: "nginx", role: "app-server", kind: "nginx" },
  ]);
  expect(found.map(({ service, balancer }) => `${service} ${balancer.id}`)).toEqual(["inner nginx"]);
});
