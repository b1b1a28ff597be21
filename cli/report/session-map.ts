import { Chalk } from "chalk";
import Table from "cli-table3";
import type { StoreFacts } from "../history/facts.ts";
import { harmless, widthOf, wrap } from "./text.ts";

/** Where sessions live. */
export interface SessionMap {
  /** Name of the lab. */
  lab: string;
  stores: SessionsOfStore[];
  servers: SessionsOnServer[];
}

export interface SessionsOfStore {
  store: string;
  livesIn: StoreFacts["livesIn"];
  /** The Compose service that holds them, if it is not an app server; or several, with commas. */
  server: string | null;
  /** App server -> how many it sees; null where it gives no answer, or nobody can know. */
  seen: Record<string, number | null>;
}

/** What a Redis or a database keeps, sessions and whatever else. */
export interface SessionsOnServer {
  service: string;
  /** Where servers copy each other: is this the one that takes the writes? */
  role?: "master" | "replica";
  answers: boolean;
  total: number;
  /** By key, the first 50. */
  entries: Entry[];
}

/** One thing that a server keeps, e.g. a key of Redis. */
export interface Entry {
  key: string;
  type: string;
  /** Until it is gone by itself; null when it stays. */
  ttlMs: number | null;
}

/** `lab sessions` for people: how many each app server sees of each store, then the keys of each server with their ends. */
export function sessionsReport(
  untrusted: SessionMap,
  { columns, colour }: { columns: number; colour: boolean },
): string {
  const { lab, stores, servers } = harmless(untrusted);
  const chalk = new Chalk({ level: colour ? 1 : 0 });
  const lines = [
    chalk.bold(`Sessions in the lab "${lab}", as each app server counts them`),
    table(["store", "lives in", ...Object.keys(stores[0]?.seen ?? {})], stores.map(storeRow)),
    ...notes(stores).flatMap((note) => wrap(note, columns)),
    ...servers.flatMap((server) => ["", chalk.bold(titleOf(server)), ...keysOf(server, columns)]),
  ];
  return `${lines.join("\n")}\n`;
}

function storeRow({ store, livesIn, server, seen }: SessionsOfStore): string[] {
  const where = {
    "app-server": "each app server's memory",
    server: server ?? "a server",
    browser: server === null ? "the browser's cookie" : `the browser's cookie, ${server}`,
  };
  const unknown = livesIn === "browser" ? "-" : "no answer";
  return [store, where[livesIn], ...Object.values(seen).map((count) => String(count ?? unknown))];
}

/** What the table cannot show, and why. */
function notes(stores: readonly SessionsOfStore[]): string[] {
  const ids = (livesIn: SessionsOfStore["livesIn"]) =>
    stores.filter((one) => one.livesIn === livesIn).map(({ store }) => store);
  const [inProcess, inBrowser] = [ids("app-server"), ids("browser")];
  return [
    ...(inProcess.length > 0
      ? [`${inProcess.join(", ")}: counts only; an app server does not name what is in its memory.`]
      : []),
    ...(inBrowser.length > 0
      ? [`${inBrowser.join(", ")}: none on any server; \`lab user NAME cookies\` shows what is in a token.`]
      : []),
  ];
}

function titleOf({ service: name, role, answers, total, entries }: SessionsOnServer): string {
  const service = role === undefined ? name : `${name} (${role})`;
  if (!answers) return `${service} does not answer`;
  if (total === 0) return `${service} holds nothing`;
  return `${service} holds ${total}${entries.length < total ? `; ${entries.length} of them are shown` : ""}`;
}

/** Two borders and the padding of three columns. */
const frame = 10;

function keysOf({ entries }: SessionsOnServer, columns: number): string[] {
  if (entries.length === 0) return [];
  const rows = entries.map(({ key, type, ttlMs }) => ({ key, type, ends: sayEnd(ttlMs) }));
  const widest = (texts: readonly string[]) => Math.max(...texts.map(widthOf));
  const others =
    widest(["type", ...rows.map(({ type }) => type)]) + widest(["ends in", ...rows.map(({ ends }) => ends)]);
  const room = Math.max(12, columns - frame - others);
  return table(
    ["key", "type", "ends in"],
    rows.map(({ key, type, ends }) => [shorten(key, room), type, ends]),
  ).split("\n");
}

function sayEnd(ttlMs: number | null): string {
  if (ttlMs === null) return "never";
  const seconds = Math.ceil(ttlMs / 1_000);
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

function shorten(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  const kept = [...text];
  while (widthOf(kept.join("")) > columns - 1) kept.pop();
  return `${kept.join("")}…`;
}

function table(head: string[], rows: string[][]): string {
  const grid = new Table({ head, style: { head: [], border: [], compact: true } });
  grid.push(...rows);
  return grid.toString();
}
