import { expect, it } from "vitest";
import { type SessionMap, sessionsReport } from "./session-map.ts";
import { widthOf } from "./text.ts";

const page = { columns: 80, colour: false };

const map: SessionMap = {
  lab: "lab",
  stores: [
    { store: "jwt", livesIn: "browser", server: null, seen: { app1: null, app2: null, app3: null } },
    { store: "memory", livesIn: "app-server", server: null, seen: { app1: 1, app2: 0, app3: null } },
    { store: "redis-aof", livesIn: "server", server: "redis-aof", seen: { app1: 3, app2: 3, app3: 3 } },
  ],
  servers: [
    { service: "redis", answers: true, total: 0, entries: [] },
    {
      service: "redis-aof",
      answers: true,
      total: 3,
      entries: [
        { key: "sess:w2bOqPmxzXbWi0s71iJNZrBVV3NniPer", type: "string", ttlMs: 1_798_400 },
        {
          key: "spring:session:sessions:0b6d29cf-5d3c-4c22-9f1f-0d7a4f7b6f2e",
          type: "hash",
          ttlMs: 4_001,
        },
        { key: "stays", type: "string", ttlMs: null },
      ],
    },
    { service: "redis-rdb", answers: false, total: 0, entries: [] },
  ],
};

it("says for each store how many each app server sees, and for each server what it keeps and for how long", () => {
  const text = sessionsReport(map, page);
  expect(text).toMatchInlineSnapshot(`
    "Sessions in the lab "lab", as each app server counts them
    ┌───────────┬──────────────────────────┬──────┬──────┬───────────┐
    │ store     │ lives in                 │ app1 │ app2 │ app3      │
    ├───────────┼──────────────────────────┼──────┼──────┼───────────┤
    │ jwt       │ the browser's cookie     │ -    │ -    │ -         │
    │ memory    │ each app server's memory │ 1    │ 0    │ no answer │
    │ redis-aof │ redis-aof                │ 3    │ 3    │ 3         │
    └───────────┴──────────────────────────┴──────┴──────┴───────────┘
    memory: counts only; an app server does not name what is in its memory.
    jwt: none on any server; \`lab user NAME cookies\` shows what is in a token.

    redis holds nothing

    redis-aof holds 3
    ┌───────────────────────────────────────────────────────┬────────┬─────────────┐
    │ key                                                   │ type   │ ends in     │
    ├───────────────────────────────────────────────────────┼────────┼─────────────┤
    │ sess:w2bOqPmxzXbWi0s71iJNZrBVV3NniPer                 │ string │ 29 min 59 s │
    │ spring:session:sessions:0b6d29cf-5d3c-4c22-9f1f-0d7a… │ hash   │ 5 s         │
    │ stays                                                 │ string │ never       │
    └───────────────────────────────────────────────────────┴────────┴─────────────┘

    redis-rdb does not answer
    "
  `);
  expect(Math.max(...text.split("\n").map(widthOf))).toBeLessThanOrEqual(80);
});

it("says how many there are when not all are shown", () => {
  const [, server] = map.servers;
  expect(sessionsReport({ ...map, servers: [{ ...server!, total: 1_000 }] }, page)).toContain(
    "redis-aof holds 1000; 3 of them are shown",
  );
});

it("stays within 60 columns by cutting keys, never their ends", () => {
  const text = sessionsReport({ ...map, stores: [] }, { ...page, columns: 60 });
  expect(Math.max(...text.split("\n").map(widthOf))).toBeLessThanOrEqual(60);
  expect(text).toContain("29 min 59 s");
});

it("writes out what could command the terminal", () => {
  const entries = [{ key: "\u001b[2J\u202e", type: "string", ttlMs: null }];
  const text = sessionsReport({ ...map, servers: [{ service: "redis", answers: true, total: 1, entries }] }, page);
  expect(text).toContain("\\x1b[2J\\u{202e}");
  expect(text.match(/[^\P{C}\n]/gu)).toBeNull();
});
