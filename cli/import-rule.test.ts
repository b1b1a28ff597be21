import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { expect, it } from "vitest";

const root = import.meta.dirname;

/** What each room may import from; files directly in cli/ are named one by one, `commands` may import everything. */
const allowed: Record<string, string[]> = {
  "errors.ts": [],
  "act-until.ts": [],
  "wait.ts": [],
  "version.ts": ["lab"],
  history: ["errors.ts"],
  lab: ["errors.ts"],
  verdict: ["history"],
  users: ["history", "lab"],
  "compare.ts": ["errors.ts", "scenario.ts", "verdict"],
  picture: ["verdict", "history"],
  "page-assets.ts": ["lab", "picture"],
  report: [
    "compare.ts (types)",
    "verdict",
    "history",
    "picture",
    "page-assets.ts",
    "scenario.ts",
    "errors.ts",
    "docker (types)",
    "workshop (types)",
  ],
  replay: ["picture", "report", "history", "verdict"],
  watch: [
    "picture",
    "history",
    "lab",
    "docker",
    "users",
    "runner",
    "report",
    "page-assets.ts",
    "catalogue.ts",
    "inject-by-hand.ts",
    "interrupt.ts",
    "errors.ts",
  ],
  docker: ["errors.ts", "lab", "users", "version.ts", "act-until.ts", "wait.ts"],
  "fault.ts": ["docker", "history"],
  faults: ["fault.ts"],
  "scenario.ts": ["fault.ts", "history", "lab", "verdict"],
  scenarios: ["scenario.ts", "faults"],
  present: ["report", "runner"],
  runner: ["docker", "errors.ts", "fault.ts", "history", "lab", "scenario.ts", "users", "act-until.ts", "wait.ts"],
};

const sources = readdirSync(root, { recursive: true, encoding: "utf8" }).filter(
  (file) =>
    file.endsWith(".ts") && !file.endsWith(".test.ts") && !/(^|\/)testing\//.test(file) && !file.includes("golden/"),
);

/** `cli/verdict/judge.ts` lives in `verdict`, `cli/errors.ts` in `errors.ts`. */
function roomOf(file: string): string {
  return file.split("/")[0]!;
}

it("modules import along the arrow", () => {
  const trespasses = sources.flatMap((file) => {
    const rooms = allowed[roomOf(file)];
    if (!rooms) return [];
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
