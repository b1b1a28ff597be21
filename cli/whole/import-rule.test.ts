import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../paths.ts";
import { circlesIn } from "../testing/circles.ts";
import { type Import, importsOf, typeScriptFiles } from "../testing/import-graph.ts";

/**
 * The rooms of the CLI and the files directly in it, along the arrow: each imports from what stands above it. `(types)`: only their
 * types. docs/architecture.md shows the same rooms to a reader.
 */
const rooms: Record<string, string> = {
  // What an error says, and the exit code that it means.
  "errors.ts": "",
  // Where the package's own files are.
  "paths.ts": "",
  // The package's version.
  "version.ts": "paths.ts",
  // Waits for a condition, with a deadline.
  "wait.ts": "",
  // Acts again and again until it is done, with a deadline.
  "act-until.ts": "",
  // This machine: its folders, its files, its processes.
  host: "errors.ts, paths.ts",
  // What is under test, as types: roles, architectures, site, door, deployment.
  subject: "history (types), theory (types)",
  // The events of a run: their shapes, their only writer, their reader.
  history: "errors.ts, subject (types)",
  // The judge: fates, causes, doubts, the result document. Pure.
  verdict: "history",
  // Where a balancer's arithmetic leads a browser, one file each. Pure.
  "theory/placement": "",
  // What a scenario may say, and what may be known beforehand.
  theory: "errors.ts, paths.ts, history (types), verdict, servers (types), lab",
  // What the pages and the player draw. Pure.
  picture: "paths.ts, history (types), verdict",
  // Formats of a result, one file each. Pure.
  report: `
    errors.ts, history (types), verdict, theory (types), picture, lab (types), experiment/comparison (types),
    workshop (types)`,
  // What a command has begun and must not leave behind.
  record: "errors.ts, paths.ts, version.ts, host, docker, lab",
  // The doors to the engine, and nothing of the lab.
  docker: "errors.ts, paths.ts, host, subject (types), theory, record, lab",
  // Browsers that are driven by command, and kept between commands.
  "users/by-hand": "paths.ts, history (types)",
  // Virtual users, and the lab's own site.
  users: "history (types), theory (types)",
  // One server of a subject: how it is broken, felt and looked into, by role and kind.
  servers: "errors.ts, wait.ts, act-until.ts, subject, history (types), theory, report (types), docker, users, lab",
  // The lab's own stack as a whole: found, started, grown, healed, reset, removed, looked at.
  lab: `
    errors.ts, paths.ts, version.ts, wait.ts, act-until.ts, host, subject, history (types), theory, report, record,
    docker, users/by-hand, users, servers, runner (types), terminal (types), experiment`,
  // Only faults; file name = kind.
  faults: "servers",
  // Only scenarios; file name = id.
  scenarios: "theory, faults",
  // Finds scenarios, faults and lessons by their files.
  "catalogue.ts": "errors.ts, theory (types), servers (types), workshop (types)",
  // Plays the steps, heals in `finally`, never judges.
  runner: "errors.ts, wait.ts, act-until.ts, subject, history (types), theory/placement, theory, users, servers, lab",
  // How a command meets a person: screen, narration, questions, signals, pauses.
  terminal: "errors.ts, host, report, record, runner (types)",
  // Where results go: terminal, files, GitHub.
  output: "errors.ts, host, history, verdict (types), report, terminal, experiment",
  // One run from plan to result, or several as trials; stored runs.
  experiment: `
    errors.ts, paths.ts, version.ts, host, subject, history, verdict, theory, report (types), record (types), docker,
    users, servers, lab, catalogue.ts, runner, terminal, output`,
  // Several scenarios side by side: the decision table.
  "experiment/comparison": `
    errors.ts, host, history (types), verdict, theory, report, record, docker, lab, catalogue.ts, terminal, output,
    experiment`,
  // What a word means, and which settings hold.
  explain: "errors.ts, paths.ts, verdict, theory, report, docker, lab, catalogue.ts",
  // Plays a stored run in the terminal.
  replay: "history, verdict, picture, report",
  // The live page: its server, its users, its buttons.
  watch: `
    errors.ts, host, subject (types), history, theory (types), picture, report, record, docker (types), users,
    servers, lab, catalogue.ts, runner, terminal`,
  // What plays a lesson.
  workshop: `
    errors.ts, paths.ts, wait.ts, history (types), verdict (types), theory, report, record, docker, users/by-hand,
    users, lab, catalogue.ts, runner (types), terminal, experiment, commands (types)`,
  // Only lessons; file name = number and id.
  "workshop/lessons": "workshop",
  // What may follow on a command line.
  "terminal/completion": "theory, users/by-hand, lab, catalogue.ts, experiment, explain",
  // One verb a file: its options, and one call.
  commands: `
    errors.ts, paths.ts, version.ts, verdict (types), theory, report, record, docker, users/by-hand, lab,
    catalogue.ts, terminal, output, experiment, experiment/comparison, explain, replay, watch, workshop,
    terminal/completion`,
  // The program: knows the commands, prints errors, sets exit codes.
  "main.ts": "errors.ts, report, record, lab, commands",
};

/** Where a room still imports from one that stands below it. The aim is an empty list; files make no circle all the same. */
const againstTheArrow = [
  "subject -> history",
  "subject -> theory",
  "theory -> servers",
  "theory -> lab",
  "report -> lab",
  "report -> experiment/comparison",
  "report -> workshop",
  "record -> docker",
  "record -> lab",
  "docker -> lab",
  "servers -> lab",
  "lab -> runner",
  "lab -> terminal",
  "lab -> experiment",
  "catalogue.ts -> workshop",
  "output -> experiment",
  "workshop -> commands",
];

const files = typeScriptFiles(packageRoot);
const imports = files.flatMap((file) => importsOf(packageRoot, file));
const sources = files.filter(
  (file) => !file.endsWith(".test.ts") && !/\/testing\//.test(file) && !file.includes("/golden/"),
);
const cliSources = sources.filter((file) => file.startsWith("cli/"));
const cliImports = imports.filter(({ from, to }) => cliSources.includes(from) && to.startsWith("cli/"));
const permissions = new Map(
  Object.entries(rooms).map(([room, list]) => [room, list.split(",").map((one) => one.trim())]),
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
  expect(users("execa")).toEqual(["cli/docker/build-images.ts", "cli/docker/compose.ts"]);
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

it("nothing but the topology spells an app server's name", () => {
  const spellers = cliSources.filter((file) =>
    /["'`]app[0-9]["'`]/.test(read(file).replaceAll(/^\s*(\/\/|\*|\/\*).*$/gm, "")),
  );
  expect(spellers).toEqual(["cli/lab/topology.ts"]);
});

function read(file: string): string {
  return readFileSync(join(packageRoot, file), "utf8");
}
