import { expect, it } from "vitest";
import { story } from "../verdict/golden/history-builder.ts";
import { Film } from "./film.ts";
import { dotsAtMost } from "./requests.ts";

function filmOf(told: ReturnType<typeof story>): Film {
  const film = new Film();
  for (const event of told.events) film.add(event);
  return film;
}

/** Ann logs in at 20 ms. */
const login = (detail = {}) => filmOf(story().enters("ann").operation("ann", "log-in", "me", detail));
const ways = (film: Film, times: number[]) =>
  times.map((at) => film.dots(film.at(at)!, 100).dots.map(({ way }) => Math.round(way * 100) / 100));

it("a quick request is drawn for as long as wanted: out, and back", () => {
  expect(ways(login({ ms: 4 }), [19, 20, 45, 70, 95, 119, 120])).toEqual([[], [0], [0.25], [0.5], [0.75], [0.99], []]);
});

it("a slow one waits where it got stuck", () => {
  expect(ways(login({ ms: 1_000 }), [45, 70, 500, 960, 995, 1_020])).toEqual([[0.25], [0.5], [0.5], [0.5], [0.75], []]);
});

it("goes to the app server that answered and to the store's server behind it", () => {
  const told = story({ architectures: ["cookie.redis"] }).enters("ann", { architecture: "cookie.redis" });
  const film = filmOf(told.logsIn("ann", "app1"));
  expect(film.dots(film.at(25)!, 100).dots).toMatchObject([{ server: "app1", store: "redis", answer: "me" }]);
});

it("comes no further than the balancer when nobody says who was asked", () => {
  const film = filmOf(story().enters("ann").reads("ann", "none"));
  expect(film.dots(film.at(25)!, 100).dots).toMatchObject([{ server: undefined, store: undefined, answer: "none" }]);
});

it("draws some of very many, the same ones from frame to frame, and says how many it hides", () => {
  const told = story().enters("ann");
  for (let read = 0; read < 1_000; read++) told.event({ ...reading, at: 100 + read / 100 });
  const film = filmOf(told);
  const first = film.dots(film.at(115)!, 100);
  const second = film.dots(film.at(125)!, 100);
  expect(first.dots.length).toBeLessThanOrEqual(dotsAtMost);
  expect(first.dots.length + first.hidden).toBe(1_000);
  expect(second.dots.length).toBe(first.dots.length);
});

const reading = {
  type: "operation",
  ms: 1,
  user: "ann",
  kind: "who-am-i",
  phase: "baseline",
  jar: "live",
  connection: "kept",
  outcome: "ok",
  answer: "me",
  server: "app1",
} as const;
