import { expect, it } from "vitest";
import { aboutEngine, hasNeighbours } from "./doctor.ts";

const endpoint = { address: "unix:///var/run/docker.sock", from: "default" } as const;
const sound = "29.0.0 at unix:///var/run/docker.sock";

it("says where the engine is, and what says so where that is not the usual", () => {
  const about = (found: Parameters<typeof aboutEngine>[0]["endpoint"]) =>
    aboutEngine({ version: "29.0.0", endpoint: found, hasNeighbours: true });
  expect(about(endpoint)).toBe(sound);
  expect(about({ address: "unix:///x", from: "DOCKER_HOST" })).toBe("29.0.0 at unix:///x, by DOCKER_HOST");
  expect(about({ address: "unix:///x", from: "docker context use", context: "one" })).toBe(
    '29.0.0 at unix:///x, by context "one" (docker context use)',
  );
});

it.each<[version: string, hasNeighbours: boolean, notes: string[]]>([
  ["20.10.24", true, ["Before 23", "Before 28"]],
  ["20.10.24+dfsg1", false, ["Before 23"]],
  ["27.5.1", true, ["Before 28"]],
  ["27.5.1", false, []],
  ["28.0.0", true, []],
  ["29.1.0-rc.1", true, []],
])("of engine %s, with neighbours: %s, it notes %j", (version, hasNeighbours, notes) => {
  const [, todo = ""] = aboutEngine({ version, endpoint, hasNeighbours }).split("\n");
  expect(todo.match(/Before \d+/g) ?? []).toEqual(notes);
});

it.each([
  [["lo"], false],
  [["lo", "docker0", "br-0123456789ab", "veth1a2b3c4"], false],
  [["lo", "eth0"], true],
  [["lo0", "en0"], true],
  [["br-lan"], true],
])("a machine with %j has neighbours: %s", (names, expected) => {
  const found = names.map((name) => [name, [{ internal: name.startsWith("lo") }]]);
  expect(hasNeighbours(Object.fromEntries(found))).toBe(expected);
});
