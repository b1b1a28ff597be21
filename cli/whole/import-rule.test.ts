import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../paths.ts";
import { circlesIn } from "../testing/circles.ts";
import { type Import, importsOf, typeScriptFiles } from "../testing/import-graph.ts";
import { againstTheArrow, rooms } from "../testing/rooms.ts";

const files = typeScriptFiles(packageRoot);
const imports = files.flatMap((file) => importsOf(packageRoot, file));
const sources = files.filter(
  (file) => !file.endsWith(".test.ts") && !/\/testing\//.test(file) && !file.includes("/golden/"),
);
const cliSources = sources.filter((file) => file.startsWith("cli/"));
const cliImports = imports.filter(({ from, to }) => cliSources.includes(from) && to.startsWith("cli/"));
const permissions = new Map(
  Object.entries(rooms).map(([room, { imports }]) => [room, imports.split(",").map((one) => one.trim())]),
);
const roomsInRooms = Object.keys(rooms).filter((room) => room.includes("/"));

/** `cli/verdict/judge.ts` lives in `verdict`, `cli/errors.ts` in `errors.ts`. */
function roomOf(file: string): string {
  const path = file.slice("cli/".length);
  return roomsInRooms.find((room) => path.startsWith(`${room}/`)) ?? path.split("/")[0]!;
}

it("no file leads back to itself by what it imports, types included", () => {
  const graph = new Map(files.map((file) => [file, [] as string[]]));
  for (const { from, to } of imports) graph.get(from)!.push(to);
  expect(circlesIn(graph)).toEqual([]);
});

it("the table knows every room, and every file that is in none", () => {
  expect(Object.keys(rooms).sort()).toEqual([...new Set(cliSources.map(roomOf))].sort());
});

it("modules import along the arrow", () => {
  const trespasses = cliImports
    .filter((one) => roomOf(one.from) !== roomOf(one.to))
    .filter((one) => !permissions.get(roomOf(one.from))?.some((permission) => allows(permission, one)))
    .map(({ from, to, typeOnly }) => `${from} imports ${typeOnly ? "types of" : "from"} ${to}`);
  expect(trespasses).toEqual([]);
});

it("the table allows nothing that no module needs", () => {
  const unused = [...permissions].flatMap(([room, own]) => {
    const all = cliImports.filter(({ from }) => roomOf(from) === room);
    const isNeeded = (permission: string) => all.some((one) => allows(permission, one) && needs(permission, one));
    return own
      .filter((permission) => permission && !isNeeded(permission))
      .map((permission) => `${room}: ${permission}`);
  });
  expect(unused).toEqual([]);
});

it("a room imports from rooms above it in the table, but for those that are said to import against the arrow", () => {
  const order = Object.keys(rooms);
  const upwards = [...permissions].flatMap(([room, own]) =>
    own
      .map((permission) => permission.replace(" (types)", ""))
      .filter((other) => order.indexOf(other) > order.indexOf(room))
      .map((other) => `${room} -> ${other}`),
  );
  expect(upwards).toEqual(againstTheArrow);
});

/** Whether a permission of the table covers an import. */
function allows(permission: string, { to, typeOnly }: Import): boolean {
  return permission === roomOf(to) || (typeOnly && permission === `${roomOf(to)} (types)`);
}

/** Whether an import takes the whole of a permission: what takes types only needs no leave to take more. */
function needs(permission: string, { typeOnly }: Import): boolean {
  return permission.endsWith(" (types)") || !typeOnly;
}

it("only the doors open to the outside", () => {
  const users = (library: string) =>
    cliSources.filter((file) => new RegExp(`from "${library}"|import\\("${library}"\\)`).test(read(file)));
  expect(users("execa")).toEqual(["cli/lab/compose.ts", "cli/lab/images/build-images.ts"]);
  expect(cliSources.filter((file) => /^import (?!type).* from "dockerode"/m.test(read(file)))).toEqual([
    "cli/docker/docker-api.ts",
  ]);
  expect(users("undici")).toEqual(["cli/users/transport.ts"]);
});

it("nobody but the transport calls anybody: what else is imported of Node's network can listen and reckon only", () => {
  const imports = cliSources.flatMap((file) => [
    ...read(file).matchAll(/^import (?!type)\{?(.+?)\}? from "node:(?:http2?|https|net|tls|dgram)"/gm),
  ]);
  const names = imports.flatMap(([, list]) => list!.split(",").map((name) => name.trim()));
  const values = names.filter((name) => !name.startsWith("type "));
  expect([...new Set(values)].sort()).toEqual(["BlockList", "createServer", "isIPv4", "isIPv6"]);
  // The live page, in the browser, at the server that it came from.
  expect(cliSources.filter((file) => /\bfetch\(|\bWebSocket\(/.test(read(file)))).toEqual([
    "cli/watch/page/buttons.ts",
  ]);
});

it("the CLI and the services share no code", () => {
  const shared = imports.filter(({ from, to }) => sources.includes(from) && from.split("/")[0] !== to.split("/")[0]);
  expect(shared.filter(({ from, to }) => `${from} ${to}`.includes("services/"))).toEqual([]);
});

it("nothing but the list of the lab's own services spells an app server's name", () => {
  const spellers = cliSources.filter((file) =>
    /["'`]app[0-9]["'`]/.test(read(file).replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, "")),
  );
  expect(spellers).toEqual(["cli/lab/own-services.ts"]);
});

function read(file: string): string {
  return readFileSync(join(packageRoot, file), "utf8");
}
