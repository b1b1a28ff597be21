import { describe, expect, it } from "vitest";
import { loadPolicies } from "../policies.ts";
import { placementOf } from "./place.ts";

const appServers = ["app1", "app2", "app3"];
const policy = { ...loadPolicies()[0]!, affinity: "address", key: "client-address" } as const;

describe("a policy's app server follows from", () => {
  it.each([
    ["ip-hash", "app1 app1 app1"],
    ["consistent-hash", "app3 app3 app1"],
    ["hash", "app2 app2 app1"],
  ] as const)("%s of the key", (placedBy, expected) => {
    const place = placementOf({ ...policy, placedBy })!(appServers);
    expect(["10.0.0.1", "10.0.0.2", "10.0.0.3"].map(place).join(" ")).toBe(expected);
    expect(placementOf({ ...policy, placedBy })!([])("10.0.0.1")).toBeUndefined();
  });

  it("nothing that could be computed where the first choice was written down, or there is no affinity", () => {
    expect(placementOf({ ...policy, placedBy: "first-choice" })).toBeUndefined();
    expect(placementOf({ ...policy, placedBy: null })).toBeUndefined();
  });
});
