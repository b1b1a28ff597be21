import { Chalk, type ChalkInstance } from "chalk";
import type { Answer, OperationEvent } from "../history/events.ts";
import { harmless, widthOf, wrap } from "./text.ts";
import { claimsOf } from "./token.ts";
import { plural } from "./words.ts";

/** What one browser did when it was driven by hand, and what came of it. */
export interface UserStory {
  /** Name of the lab. */
  lab: string;
  /** Of the user. */
  name: string;
  architecture: string;
  /** The client address that the balancer sees. */
  address: string;
  action: string;
  /** As the site answered it; null when nothing was asked. */
  operation: OperationEvent | null;
  /** Compared with what the site had acknowledged; null when nothing was asked. */
  judgement: { asItShouldBe: boolean | null; says: string } | null;
  /** What the browser would send now. */
  cookies: { name: string; value: string }[];
  /** The cookies of an earlier lab were put away. */
  newLab: boolean;
}

export interface UserReportOptions {
  columns: number;
  colour: boolean;
}

/** `lab user` for people: first whether all is as it should be, then who answered what. */
export function userReport(untrusted: UserStory, { columns, colour }: UserReportOptions): string {
  const story = harmless(untrusted);
  const chalk = new Chalk({ level: colour ? 1 : 0 });
  // A cookie's claims are read before it is made harmless and afterwards made so themselves.
  const lines = story.operation
    ? whatCame(story, story.operation, { columns, chalk })
    : whatItHolds(story, untrusted.cookies);
  return `${lines.join("\n")}\n`;
}

interface Page {
  columns: number;
  chalk: ChalkInstance;
}

const marks = { true: "✓", false: "✗", null: "?" } as const;

function whatCame(story: UserStory, operation: OperationEvent, { columns, chalk }: Page): string[] {
  const { name, architecture, judgement, cookies } = story;
  const { server, boot, ms, answer, cart, cartVersion } = operation;
  const verdict = String(judgement?.asItShouldBe ?? null) as keyof typeof marks;
  const paint = { true: chalk.green.bold, false: chalk.red.bold, null: chalk.yellow.bold }[verdict];
  const rows = [
    ["browser", `${name} at ${architecture}, from ${story.address}`],
    [
      "answer by",
      server ? `${server}, boot ${boot?.slice(0, 8) ?? "unknown"}, after ${Math.round(ms)} ms` : "no app server",
    ],
    ["you are", sayAnswer(answer, name)],
    ["cart", sayCart(answer, cart, cartVersion)],
    ["cookies", cookies.map((cookie) => `${cookie.name}=${short(cookie.value)}`).join(", ") || "none"],
  ] as const;
  return [
    ...wrap(`${marks[verdict]} ${judgement?.says ?? ""}`, columns, { hanging: "  " }).map((line) => paint(line)),
    ...rows.flatMap(([label, text]) => labelled(label, text, columns)),
  ];
}

function whatItHolds({ name, architecture, cookies }: UserStory, asSent: UserStory["cookies"]): string[] {
  const count = cookies.length === 0 ? "no cookies" : plural(cookies.length, "cookie");
  const width = Math.max(0, ...cookies.map((cookie) => widthOf(cookie.name)));
  return [
    `${name} has ${count} of ${architecture}${cookies.length > 0 ? ":" : ""}`,
    ...cookies.flatMap((cookie, index) => [
      `  ${cookie.name.padEnd(width)}  ${short(cookie.value)} (${plural(cookie.value.length, "character")})`,
      ...sayClaims(asSent[index]?.value ?? ""),
    ]),
  ];
}

function sayClaims(value: string): string[] {
  const claims = claimsOf(value);
  if (claims === undefined) return [];
  const lines = JSON.stringify(harmless(claims), null, 2).split("\n");
  return ["    a signed token; whoever has it can read it:", ...lines.map((line) => `    ${line}`)];
}

function labelled(label: string, text: string, columns: number): string[] {
  const indent = " ".repeat(13);
  const [first = "", ...rest] = wrap(text, columns - indent.length);
  return [`  ${label.padEnd(indent.length - 2)}${first}`, ...rest.map((line) => `${indent}${line}`)];
}

function sayAnswer(answer: Answer, name: string): string {
  const words: Record<Answer, string> = {
    me: name,
    "someone-else": "somebody else",
    anonymous: "nobody: there is no session for these cookies",
    "store-unreachable": "not told: the session store does not answer",
    none: "not told: there was no usable answer",
  };
  return words[answer];
}

function sayCart(answer: Answer, cart: readonly string[] | undefined, version = 0): string {
  if (answer === "anonymous") return "none";
  if (!cart) return "not told";
  return `${cart.join(", ") || "empty"} (version ${version})`;
}

/** Who has the whole value of a session's cookie has the session; the beginning is enough to know it again. */
const shownCharacters = 16;

function short(value: string): string {
  return value.length <= shownCharacters ? value : `${value.slice(0, shownCharacters)}…`;
}
