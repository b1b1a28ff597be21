import { describe, expect, it } from "vitest";
import { clientAddresses } from "../../users/client-address.ts";
import { type HashedServer, ipHashServer } from "./ip-hash.ts";

const three: HashedServer[] = [{ name: "app1" }, { name: "app2" }, { name: "app3" }];

/** How many of the addresses meet each server: `app1 20, app2 20, app3 20`. */
function distribution(addresses: readonly string[], servers = three): string {
  const met = addresses.map((address) => ipHashServer(address, servers) ?? "round robin");
  const names = [...servers.map(({ name }) => name), "round robin"].filter((name) => met.includes(name));
  return names.map((name) => `${name} ${met.filter((server) => server === name).length}`).join(", ");
}

describe("ip_hash", () => {
  it("computes what can be computed by hand: ((89 * 113 + 10) * 113 + 0) * 113 + 0, each modulo 6271, then modulo 3", () => {
    // 10067 % 6271 = 3796; 428948 % 6271 = 2520; 284760 % 6271 = 2565; 2565 % 3 = 0
    expect(ipHashServer("10.0.0.1", three)).toBe("app1");
  });

  it("looks at three octets of an IPv4 address: a whole office meets one server", () => {
    const office = Array.from({ length: 254 }, (_, host) => `192.168.7.${host + 1}`);
    expect(distribution(office)).toBe("app2 254");
  });

  it("spreads networks, the lab's clients among them", () => {
    const newAddress = clientAddresses();
    expect(distribution(Array.from({ length: 600 }, newAddress))).toBe("app1 200, app2 200, app3 200");
  });

  it("looks at all of an IPv6 address: neighbours meet different servers", () => {
    const neighbours = Array.from({ length: 300 }, (_, host) => `2001:db8::${(host + 1).toString(16)}`);
    expect(distribution(neighbours)).toBe("app1 100, app2 100, app3 100");
  });

  it.each([
    ["2001:db8::1", "2001:0db8:0:0:0:0:0:1"],
    ["2001:DB8::1", "2001:db8::1"],
    ["::", "0:0:0:0:0:0:0:0"],
    ["::1", "0:0:0:0:0:0:0:1"],
    ["fe80::", "fe80:0:0:0:0:0:0:0"],
    ["::ffff:1.2.3.4", "::ffff:102:304"],
    ["64:ff9b::192.0.2.33", "64:ff9b:0:0:0:0:c000:221"],
  ])("takes %s and %s for one address", (short, long) => {
    // Seven servers: by chance two different addresses would agree one time in seven only.
    const seven = Array.from({ length: 7 }, (_, index) => ({ name: `${index}` }));
    expect(ipHashServer(short, seven)).toBe(ipHashServer(long, seven));
  });

  it("does not treat an IPv4 address in IPv6 form as IPv4", () => {
    const short = Array.from({ length: 60 }, (_, network) => `16.0.${network}.7`);
    const mapped = short.map((address) => `::ffff:${address}`);
    expect(mapped.map((address) => ipHashServer(address, three))).not.toEqual(
      short.map((address) => ipHashServer(address, three)),
    );
  });

  it("gives a server as many networks as its weight", () => {
    const servers = [{ name: "app1", weight: 5 }, { name: "app2" }, { name: "app3", weight: 2 }];
    expect(distribution(Array.from({ length: 800 }, clientAddresses()), servers)).toBe("app1 500, app2 100, app3 200");
  });

  it("spreads the clients of a server that is down over the others, and moves nobody else", () => {
    const addresses = Array.from({ length: 600 }, clientAddresses());
    const without2 = three.map((server) => ({ ...server, isDown: server.name === "app2" }));
    const moved = addresses.filter((address) => ipHashServer(address, three) === "app2");
    const others = addresses.filter((address) => ipHashServer(address, three) !== "app2");

    expect(distribution(moved, without2)).toBe("app1 101, app3 99");
    expect(others.map((address) => ipHashServer(address, without2))).toEqual(
      others.map((address) => ipHashServer(address, three)),
    );
  });

  it("predicts nothing where nginx goes round robin: all are down, one server only, a hash that stands still", () => {
    const allDown = three.map((server) => ({ ...server, isDown: true }));
    expect(ipHashServer("16.0.0.7", allDown)).toBeUndefined();
    expect(ipHashServer("16.0.0.7", [{ name: "app1" }])).toBeUndefined();
    // For one network in 6,271 the first draw gives the very hash that all further draws give, too.
    const home = ipHashServer("16.20.173.7", three);
    const withoutHome = three.map((server) => ({ ...server, isDown: server.name === home }));
    expect(ipHashServer("16.20.173.7", withoutHome)).toBeUndefined();
  });

  it.each(["", "localhost", "1.2.3", "1.2.3.256", "1::2::3", "fe80::1%eth0", "1.2.3.4:80"])(
    "refuses %j, which is no address",
    (text) => {
      expect(() => ipHashServer(text, three)).toThrow(`"${text}" is no IPv4 or IPv6 address`);
    },
  );
});
