import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

/** What each room, and each file directly in cli/, may import from; some rooms have rooms of their own. `(types)`: only their types. */
const allowed: Record<string, string[]> = {
  "catalogue.ts": ["errors.ts", "servers (types)", "theory (types)", "workshop (types)"],
  commands: [
    "catalogue.ts",
    "docker",
    "errors.ts",
    "experiment",
    "experiment/comparison",
    "explain",
    "lab",
    "output",
    "paths.ts",
    "record",
    "replay",
    "report",
    "terminal",
    "terminal/completion",
    "theory",
    "users/by-hand",
    "verdict (types)",
    "version.ts",
    "watch",
    "workshop",
  ],
  docker: ["errors.ts", "host", "lab", "paths.ts", "record", "subject (types)", "theory"],
  "errors.ts": [],
  experiment: [
    "catalogue.ts",
    "docker",
    "errors.ts",
    "history",
    "host",
    "lab",
    "output",
    "paths.ts",
    "record (types)",
    "report (types)",
    "runner",
    "servers",
    "subject",
    "terminal",
    "theory",
    "users",
    "verdict",
    "version.ts",
  ],
  "experiment/comparison": [
    "catalogue.ts",
    "docker",
    "errors.ts",
    "experiment",
    "history (types)",
    "host",
    "lab",
    "output",
    "record",
    "report",
    "terminal",
    "theory",
    "verdict",
  ],
  explain: ["catalogue.ts", "docker", "errors.ts", "lab", "paths.ts", "report", "theory", "verdict"],
  faults: ["servers"],
  history: ["errors.ts"],
  host: ["errors.ts", "paths.ts"],
  lab: [
    "docker",
    "errors.ts",
    "experiment",
    "history (types)",
    "host",
    "paths.ts",
    "record",
    "report",
    "runner (types)",
    "servers",
    "subject",
    "terminal (types)",
    "theory",
    "users",
    "users/by-hand",
    "version.ts",
    "wait.ts",
  ],
  "main.ts": ["commands", "errors.ts", "lab", "record", "report"],
  output: ["errors.ts", "experiment", "history", "host", "report", "terminal", "verdict (types)"],
  "paths.ts": [],
  picture: ["history (types)", "paths.ts", "verdict"],
  record: ["docker", "errors.ts", "host", "lab", "paths.ts", "version.ts"],
  replay: ["history", "picture", "report", "verdict"],
  report: [
    "errors.ts",
    "experiment/comparison (types)",
    "history (types)",
    "lab (types)",
    "picture",
    "theory (types)",
    "verdict",
    "workshop (types)",
  ],
  runner: [
    "errors.ts",
    "history (types)",
    "lab",
    "servers",
    "subject",
    "theory",
    "theory/placement",
    "users",
    "wait.ts",
  ],
  scenarios: ["faults", "theory"],
  servers: ["docker", "errors.ts", "history (types)", "lab", "report (types)", "subject", "theory", "users", "wait.ts"],
  subject: [],
  terminal: ["errors.ts", "host", "record", "report", "runner (types)"],
  "terminal/completion": ["catalogue.ts", "experiment", "explain", "lab", "theory", "users/by-hand"],
  theory: ["errors.ts", "history (types)", "lab", "paths.ts", "servers (types)", "verdict"],
  "theory/placement": ["theory (types)"],
  users: ["history (types)", "theory (types)"],
  "users/by-hand": ["history (types)", "paths.ts"],
  verdict: ["history"],
  "version.ts": ["paths.ts"],
  "wait.ts": [],
  watch: [
    "catalogue.ts",
    "docker (types)",
    "errors.ts",
    "history",
    "host",
    "lab",
    "picture",
    "record",
    "report",
    "runner",
    "servers",
    "subject (types)",
    "terminal",
    "theory (types)",
    "users",
  ],
  workshop: [
    "catalogue.ts",
    "commands (types)",
    "docker",
    "errors.ts",
    "experiment",
    "history (types)",
    "lab",
    "paths.ts",
    "record",
    "report",
    "runner (types)",
    "terminal",
    "theory",
    "users",
    "users/by-hand",
    "verdict (types)",
    "wait.ts",
  ],
  "workshop/lessons": ["workshop"],
};

const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
  (file) =>
    file.endsWith(".ts") && !file.endsWith(".test.ts") && !/(^|\/)testing\//.test(file) && !file.includes("golden/"),
);

const roomsInRooms = Object.keys(allowed).filter((room) => room.includes("/"));

/** `cli/verdict/judge.ts` lives in `verdict`, `cli/errors.ts` in `errors.ts`. */
function roomOf(file: string): string {
  return roomsInRooms.find((room) => file.startsWith(`${room}/`)) ?? file.split("/")[0]!;
}

it("the table knows every room, and every file that is in none", () => {
  expect(Object.keys(allowed).sort()).toEqual([...new Set(sources.map(roomOf))].sort());
});

it("modules import along the arrow", () => {
  const trespasses = sources.flatMap((file) => {
    const rooms = allowed[roomOf(file)] ?? [];
    return importsOf(file)
      .filter(({ room }) => room !== roomOf(file))
      .filter(({ room, typeOnly }) => !rooms.includes(room) && !(typeOnly && rooms.includes(`${room} (types)`)))
      .map(({ room }) => `${file} imports from ${room}`);
  });
  expect(trespasses).toEqual([]);
});

it("only the doors open to the outside", () => {
  const users = (library: string) =>
    sources.filter((file) => new RegExp(`from "${library}"|import\\("${library}"\\)`).test(read(file)));
  expect(users("execa")).toEqual(["docker/build-images.ts", "docker/compose.ts"]);
  expect(sources.filter((file) => /^import (?!type).* from "dockerode"/m.test(read(file)))).toEqual([
    "docker/docker-api.ts",
  ]);
  expect(users("undici")).toEqual(["users/transport.ts"]);
});

it("nobody but the transport calls anybody: what else is imported of Node's network can listen and reckon only", () => {
  const imports = sources.flatMap((file) => [
    ...read(file).matchAll(/^import (?!type)\{?(.+?)\}? from "node:(?:http2?|https|net|tls|dgram)"/gm),
  ]);
  const names = imports.flatMap(([, list]) => list!.split(",").map((name) => name.trim()));
  const values = names.filter((name) => !name.startsWith("type "));
  expect([...new Set(values)].sort()).toEqual(["BlockList", "createServer", "isIPv4", "isIPv6"]);
  // The live page, in the browser, at the server that it came from.
  expect(sources.filter((file) => /\bfetch\(|\bWebSocket\(/.test(read(file)))).toEqual(["watch/page/buttons.ts"]);
});

it("the CLI and the services share no code", () => {
  expect(sources.filter((file) => /from "[^"]*services\//.test(read(file)))).toEqual([]);
});

it("nothing but the topology spells an app server's name", () => {
  const spellers = sources.filter((file) =>
    /["'`]app[0-9]["'`]/.test(read(file).replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, "")),
  );
  expect(spellers).toEqual(["lab/topology.ts"]);
});

function importsOf(file: string): { room: string; typeOnly: boolean }[] {
  const lines = [...read(file).matchAll(/^import (type )?[^;]*? from "(\.[^"]+)"|import\("(\.[^"]+)"\)/gms)];
  return lines.map(([, type, staticPath, dynamicPath]) => ({
    room: roomOf(relative(root, join(root, dirname(file), (staticPath ?? dynamicPath)!))),
    typeOnly: type !== undefined,
  }));
}

function read(file: string): string {
  return readFileSync(join(root, file), "utf8");
}
