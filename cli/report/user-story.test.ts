import { expect, it } from "vitest";
import { type UserStory, userReport } from "./user-story.ts";

const page = { columns: 80, colour: false };

const story: UserStory = {
  lab: "lab",
  name: "alice",
  architecture: "cookie.memory",
  address: "119.216.6.7",
  action: "whoami",
  operation: {
    type: "operation",
    at: 0,
    ms: 12.4,
    user: "alice",
    kind: "who-am-i",
    phase: "baseline",
    jar: "live",
    connection: "fresh",
    outcome: "ok",
    answer: "me",
    server: "app2",
    boot: "ed5e50e2-4a5b",
    cart: ["pear", "tea"],
    cartVersion: 2,
    status: 200,
  },
  judgement: { asItShouldBe: true, says: "still logged in" },
  cookies: [
    { name: "SERVER_ID", value: "app2" },
    { name: "sid_lab", value: "s%3Akw6RGXb0Td3-232T1CnUxyz.signature" },
  ],
  newLab: false,
};

it("says first whether all is as it should be, then who answered what", () => {
  expect(userReport(story, page)).toMatchInlineSnapshot(`
    "✓ still logged in
      browser    alice at cookie.memory, from 119.216.6.7
      answer by  app2, boot ed5e50e2, after 12 ms
      you are    alice
      cart       pear, tea (version 2)
      cookies    SERVER_ID=app2, sid_lab=s%3Akw6RGXb0Td3-…
    "
  `);
});

it("says of a loss what the visitor is now", () => {
  const lost: UserStory = {
    ...story,
    operation: { ...story.operation!, answer: "anonymous", server: "app1", cart: [], cartVersion: 0 },
    judgement: { asItShouldBe: false, says: "logged out: app1 does not know the session" },
  };
  expect(userReport(lost, page)).toMatchInlineSnapshot(`
    "✗ logged out: app1 does not know the session
      browser    alice at cookie.memory, from 119.216.6.7
      answer by  app1, boot ed5e50e2, after 12 ms
      you are    nobody: there is no session for these cookies
      cart       none
      cookies    SERVER_ID=app2, sid_lab=s%3Akw6RGXb0Td3-…
    "
  `);
});

it("does not make a loss of no answer", () => {
  const { server: _server, boot: _boot, cart: _cart, cartVersion: _version, ...operation } = story.operation!;
  const silent: UserStory = {
    ...story,
    operation: { ...operation, answer: "none", outcome: "rejected", reason: "connection refused" },
    judgement: { asItShouldBe: null, says: "no answer (connection refused): that says nothing about the session" },
    cookies: [],
  };
  expect(userReport(silent, page)).toMatchInlineSnapshot(`
    "? no answer (connection refused): that says nothing about the session
      browser    alice at cookie.memory, from 119.216.6.7
      answer by  no app server
      you are    not told: there was no usable answer
      cart       not told
      cookies    none
    "
  `);
});

const header = Buffer.from('{"alg":"HS256","typ":"JWT"}').toString("base64url");
const token = `${header}.${Buffer.from('{"session":{"user":"al\\u001bice"}}').toString("base64url")}.c2ln`;

it("reads a token aloud, and no cookie that only looks like one", () => {
  const held: UserStory = {
    ...story,
    operation: null,
    judgement: null,
    cookies: [
      { name: "sid_lab", value: token },
      { name: "other", value: "1.2.3" },
    ],
  };
  expect(userReport(held, page)).toMatchInlineSnapshot(`
    "alice has 2 cookies of cookie.memory:
      sid_lab  eyJhbGciOiJIUzI1… (88 characters)
        a signed token; whoever has it can read it:
        {
          "session": {
            "user": "al\\\\x1bice"
          }
        }
      other    1.2.3 (5 characters)
    "
  `);
});

it("says that there are no cookies", () => {
  expect(userReport({ ...story, operation: null, judgement: null, cookies: [] }, page)).toBe(
    "alice has no cookies of cookie.memory\n",
  );
});

it("writes out what could command the terminal, wherever it stands", () => {
  const evil = "\u001b]0;owned\u0007";
  const text = userReport(
    {
      ...story,
      name: evil,
      operation: { ...story.operation!, server: evil, boot: evil, cart: [evil] },
      judgement: { asItShouldBe: true, says: evil },
      cookies: [{ name: evil, value: evil }],
    },
    page,
  );
  expect(text.match(/[^\P{Cc}\n]/gu)).toBeNull();
  expect(text).toContain("\\x1b]0;owned\\x07");
});

it("colours the answer and keeps its sign", () => {
  const [first] = userReport(story, { ...page, colour: true }).split("\n");
  expect(first).toContain("\u001b[");
  expect(first).toContain("✓ still logged in");
});
