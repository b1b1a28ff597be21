import { join } from "node:path";
import { Chalk } from "chalk";
import { describe, expect, it } from "vitest";
import { runFiles } from "../experiment/run-folders.ts";
import { demoRun } from "../paths.ts";
import { Film } from "../picture/film.ts";
import { Playback } from "../picture/playback.ts";
import { widthOf } from "../report/text.ts";
import { story } from "../verdict/golden/history-builder.ts";
import { stories } from "../verdict/golden/stories.ts";
import { cell } from "./cell.ts";
import { frame } from "./frame.ts";
import { loadFilm } from "./load-film.ts";
import { timeline } from "./plain-lines.ts";
import { press } from "./play.ts";

const chalk = new Chalk({ level: 0 });

function frameAt(film: Film, at: number, { columns = 80, rows = 24 } = {}): string[] {
  const playback = new Playback(film.end);
  playback.seek(at);
  return frame(film, playback, { columns, rows, chalk });
}

function filmOf(told: ReturnType<typeof story>): Film {
  const film = new Film();
  for (const event of told.events) film.add(event);
  return film;
}

const crash = story({ architectures: ["cookie.memory", "cookie.redis"] })
  .event({ type: "step", at: 1, phase: "baseline", step: "tell", says: "app2 is going to die." })
  .comesIn("ann", "app1")
  .comesIn("bob", "app2")
  .comesIn("cid", "app2", { architecture: "cookie.redis" })
  .injects("kill", "app2")
  .isSentTo("bob", "app1")
  .reads("bob", "anonymous");

describe("a frame", () => {
  it("has the balancer by which requests come in in the middle, and one that gets some of them among the services", () => {
    const [run, ...events] = crash.events;
    if (run?.type !== "run") throw new Error("the first event is no run");
    const handedOn = run.architectures.map((one) => ({ ...one, policy: { ...one.policy, balancer: "balancer" } }));
    const film = new Film();
    for (const event of [{ ...run, architectures: handedOn }, ...events]) film.add(event);
    const lines = frameAt(film, film.end);
    expect(lines.find((line) => line.includes("│ nginx │"))).toBeDefined();
    expect(lines.filter((line) => line.includes("balancer")).map((line) => line.slice(48))).toEqual([
      " balancer ✓ up                 -",
    ]);
  });

  it("shows who was asked, who is down, where sessions are and what browsers are told", () => {
    const film = filmOf(crash);
    expect(frameAt(film, film.end).join("\n")).toMatchInlineSnapshot(`
      "server-crash: One app server dies                       during the fault, 0.23 s
      app2 is going to die.                                                           
                                                                                      

      browsers                                          service               sessions
      cookie.memory ✓1 ○1      ────• ┌───────┐ ────── ● app1    ✓ up                 1
                                     │       │        
      cookie.redis  ✓1         ───── │       │ ────── ▲ app2    ✗ down: kill         0
                                     │ nginx │        
                                     │       │ ────── ■ app3    ✓ up                 0
                                     │       │        
                                     │       │          redis   ✓ up                 1
                                     └───────┘        





      ✓ recognised   ○ logged out                                                     
         0.19 s  kill app2: injecting                                                 
         0.20 s  kill app2: injected                                                  
         0.21 s  kill app2: confirmed (app2 is not running, exit code 137; app2 refus…
      ▶ ━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━━▒▒▒▒▒▒▒▒▒▒▒● 0.23 s  ×0.02
      space pause   ←/→ back and forth   +/- speed   home again   q quit              "
    `);
  });

  it.each([
    [80, 24],
    [76, 16],
    [60, 24],
    [80, 9],
    [120, 40],
    [200, 60],
  ])("fits a terminal of %d columns and %d rows", async (columns, rows) => {
    const film = await loadFilm(join(demoRun, runFiles.history));
    for (const part of [0, 0.1, 0.5, 1]) {
      const lines = frameAt(film, film.end * part, { columns, rows });
      expect(lines.length).toBeLessThanOrEqual(rows);
      expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns);
    }
  });

  it.each([
    ["every fate at once", stories["every-fate"]!()],
    [
      "wide names",
      story({ architectures: ["会话会话会话.会话会话会话"], appServers: ["服务器服务器服务器1", "app2"] })
        .enters("ada", { architecture: "会话会话会话.会话会话会话" })
        .logsIn("ada", "服务器服务器服务器1")
        .injects("kill", "服务器服务器服务器1"),
    ],
    ["a long tale", story().event({ type: "step", at: 1, phase: "fault", step: "tell", says: "é".repeat(1_000_000) })],
    ["a tale of marks", story().event({ type: "alert", at: 1, service: "a", line: "\u0300".repeat(1_000_000) })],
    ["the longest time", story().event({ type: "end", at: 1e12, complete: true })],
  ])("fits the smallest terminal with %s", (_, told) => {
    const film = filmOf(told);
    for (const part of [0, 0.5, 1])
      for (const line of frameAt(film, film.end * part, { columns: 76, rows: 16 })) {
        expect(widthOf(line)).toBeLessThanOrEqual(76);
        expect(line.length).toBeLessThan(1_000);
      }
  });

  it("says how many architectures found no room", () => {
    const architectures = Array.from({ length: 40 }, (_, index) => `cookie${index}.memory`);
    expect(frameAt(filmOf(story({ architectures })), 0).join("\n")).toMatch(/and \d+ more/);
  });

  it("lets no control character of a strange history reach the terminal", () => {
    const film = filmOf(
      story({ scenario: { id: "x\x1b[2J", title: "\x07", question: "q\x1b]0;t\x07" } }).event({
        type: "alert",
        at: 5,
        service: "\x1b[1m",
        line: "\x9b31m",
      }),
    );
    expect(frameAt(film, film.end).join("")).not.toMatch(/\p{Cc}/u);
    expect(timeline(film).replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
  });

  it("of an empty history says so", () => {
    expect(frameAt(new Film(), 0)).toEqual(["There is nothing in this history yet."]);
  });
});

it.each([
  ["app1", 6, "app1  "],
  ["app1", 4, "app1"],
  ["app1", 3, "ap…"],
  ["会话", 4, "会话"],
  ["会话", 3, "会…"],
  ["会话", 2, "… "],
  ["会话", 1, "…"],
  ["a\u0300b", 2, "a\u0300b"],
  ["a\x1bb", 6, "a\\x1bb"],
  ["a\x1bb", 4, "a…  "],
  ["", 2, "  "],
])("a cell: %j in %i columns", (text, columns, shown) => {
  expect(cell(text, columns)).toBe(shown);
});

describe("keys", () => {
  it("pause, skip, change the speed, and quit", () => {
    const playback = new Playback(10_000);
    playback.speed = 1;
    press(playback, { name: "right" });
    expect(playback.at).toBe(200);
    press(playback, { name: "left" });
    expect(playback.at).toBe(0);
    press(playback, { sequence: "+" });
    expect(playback.speed).toBe(2);
    press(playback, { sequence: "-" });
    expect(playback.speed).toBe(1);
    press(playback, { name: "end" });
    expect(playback.at).toBe(10_000);
    press(playback, { name: "space" });
    expect(playback).toMatchObject({ isPlaying: true, at: 0 });
    expect([{ name: "q" }, { name: "escape" }, { name: "c", ctrl: true }].map((key) => press(playback, key))).toEqual([
      "quit",
      "quit",
      "quit",
    ]);
    expect(press(playback, { name: "x" })).toBeUndefined();
  });
});

describe("the recorded run that comes with the lab", () => {
  it("is complete, shows a loss, a flicker and who survived, and is told as lines where nothing can be redrawn", async () => {
    const text = timeline(await loadFilm(join(demoRun, runFiles.history)));
    expect(text).toContain("kill app2: confirmed");
    expect(text.slice(text.indexOf("the run is over"))).toMatchInlineSnapshot(`
      "the run is over

      cookie.memory       ✓ 4 survived, ✗ 2 lost
      cookie.redis        ✓ 6 survived
      round-robin.memory  ≈ 6 flickers
      round-robin.redis   ✓ 6 survived
      "
    `);
  });
});

it("does not say of people who logged out and stayed out that they survived", () => {
  const told = story({ architectures: ["cookie.redis"] }).comesIn("ann", "app1", { architecture: "cookie.redis" });
  const film = filmOf(told.phase("fault").logsOut("ann").phase("final").checksIn("ann", "anonymous").ends());
  expect(timeline(film)).toMatch(/^cookie\.redis {2}✓ 1 stayed logged out$/m);
});
