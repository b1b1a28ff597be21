import { describe, expect, it, test } from "vitest";
import { faultKinds, loadFault } from "../catalogue.ts";
import type { FaultEffect, HistoryEvent } from "../history/events.ts";
import type { ArchitectureFacts } from "../history/facts.ts";
import { type Story, story } from "../verdict/golden/history-builder.ts";
import { faultSpans, sayFaults } from "./fault-spans.ts";
import { Film } from "./film.ts";
import type { LookEvent, PictureEvent } from "./moments.ts";
import { conditionOf, type Picture, staysUp } from "./picture.ts";
import { boxesOf, tallyOf } from "./tally.ts";

function filmOf(events: readonly PictureEvent[], options?: ConstructorParameters<typeof Film>[0]): Film {
  const film = new Film(options);
  for (const event of events) film.add(event);
  return film;
}

function pictureOf(told: Story, ...more: PictureEvent[]): Picture {
  const film = filmOf([...told.events, ...more]);
  return film.at(film.end)!;
}

/** `app1 up 1, app2 down 0, redis up 2`, as a person would say it. */
function boxes(picture: Picture): string {
  return boxesOf(picture)
    .filter(({ part }) => part !== "balancer")
    .map(({ service, condition, sessions }) => `${service} ${condition} ${sessions ?? "?"}`)
    .join(", ");
}

/** `cookie.memory 1 me, 1 anonymous`. */
function answers(picture: Picture): string[] {
  return tallyOf(picture).map(({ id, answers, arriving }) => {
    const counts = Object.entries({ ...answers, arriving }).filter(([, count]) => count > 0);
    return `${id} ${counts.map(([answer, count]) => `${count} ${answer}`).join(", ")}`;
  });
}

const twoStores = { architectures: ["cookie.memory", "cookie.redis", "cookie.jwt"] };
const look = (at: number, rest: Partial<LookEvent>): LookEvent => ({
  type: "look",
  at,
  conditions: {},
  sessions: {},
  ...rest,
});

describe("where sessions are", () => {
  it("in the memory that took the login, on the store's server, or in the browser", () => {
    const told = story(twoStores)
      .comesIn("ann", "app1")
      .comesIn("bob", "app2", { architecture: "cookie.redis" })
      .comesIn("cid", "app2", { architecture: "cookie.jwt" });
    expect(boxes(pictureOf(told))).toBe("app1 up 1, app2 up 0, app3 up 0, redis up 1, browser up 1");
  });

  it("nowhere before the login and after the logout", () => {
    const told = story().enters("ann");
    expect(boxes(pictureOf(told))).toBe("app1 up 0, app2 up 0, app3 up 0");
    expect(boxes(pictureOf(told.logsIn("ann", "app1").logsOut("ann")))).toBe("app1 up 0, app2 up 0, app3 up 0");
  });

  it("not in a memory whose process has ended, as soon as it ends and not when somebody asks", () => {
    const told = story(twoStores).comesIn("ann", "app2").comesIn("bob", "app2", { architecture: "cookie.redis" });
    expect(boxes(pictureOf(told.fault("kill", "app2", "injecting")))).toContain("app2 up 1");
    expect(boxes(pictureOf(told.fault("kill", "app2", "injected")))).toContain("app2 down 0, app3 up 0, redis up 1");
  });

  it("still in the memory of a server that is frozen or cut off", () => {
    const told = story().comesIn("ann", "app2").injects("freeze", "app2");
    expect(boxes(pictureOf(told))).toContain("app2 frozen 1");
    expect(boxes(pictureOf(told.heals("freeze", "app2").injects("partition", "app2")))).toContain("app2 cut-off 1");
  });

  it("also in the memory of a server that joined, which has no box before", () => {
    const told = story().comesIn("ann", "app1");
    expect(boxes(pictureOf(told))).toBe("app1 up 1, app2 up 0, app3 up 0");
    told.injects("join", "app4");
    expect(boxes(pictureOf(told))).toBe("app1 up 1, app2 up 0, app3 up 0, app4 up 0");
    told.enters("bob").logsIn("bob", "app4");
    expect(boxes(pictureOf(told))).toBe("app1 up 1, app2 up 0, app3 up 0, app4 up 1");
    expect(boxes(pictureOf(told.injects("kill", "app4")))).toContain("app4 down 0");
  });

  it("as counted, where a look at the lab counted them; a question mark where nobody could", () => {
    const told = story().comesIn("ann", "app1");
    expect(boxes(pictureOf(told, look(900, { sessions: { app1: 7, app2: null } })))).toBe(
      "app1 up 7, app2 up ?, app3 up 0",
    );
  });
});

describe("the condition of a service", () => {
  it("follows its faults, and comes back in place", () => {
    const told = story().comesIn("ann", "app1").injects("kill", "app2");
    expect(conditionOf(pictureOf(told), "app2")).toBe("down");
    expect(conditionOf(pictureOf(told.heals("kill", "app2")), "app2")).toBe("up");
  });

  it("is up after a restart, whose memory is empty all the same", () => {
    const told = story().comesIn("ann", "app2").injects("restart", "app2");
    expect(boxes(pictureOf(told))).toContain("app2 up 0");
  });

  it("stays down after an unfreezing when the server was killed, too", () => {
    const told = story().injects("freeze", "app2").injects("kill", "app2").heals("freeze", "app2");
    expect(conditionOf(pictureOf(told), "app2")).toBe("down");
  });

  it("is unclear when the two signs of a fault did not appear", () => {
    const told = story().fault("kill", "app2", "injecting").fault("kill", "app2", "unconfirmed");
    expect(conditionOf(pictureOf(told), "app2")).toBe("unclear");
  });

  it("is what it was when a fault could not be injected", () => {
    const told = story().fault("kill", "app2", "injecting").fault("kill", "app2", "failed");
    expect(conditionOf(pictureOf(told), "app2")).toBe("up");
  });

  it("is down for whom the scenario takes away before anybody comes, until it returns", () => {
    const told = story().takesAway("app2");
    expect(conditionOf(pictureOf(told), "app2")).toBe("down");
    expect(pictureOf(told).log[0]!.says).toBe("stop app2 beforehand: injecting");
    expect(conditionOf(pictureOf(told.injects("return", "app2")), "app2")).toBe("up");
  });

  it("is what a look says, also of what nobody here has broken; an older look knows nothing of a newer fault", () => {
    const told = story().comesIn("ann", "app3");
    expect(boxes(pictureOf(told, look(900, { conditions: { app3: "down" } })))).toContain("app3 down 0");
    const late = look(100, { conditions: { app2: "up" } });
    const killed = story().waits(200).injects("kill", "app2");
    expect(conditionOf(pictureOf(killed, late), "app2")).toBe("down");
  });
});

describe("the balancers", () => {
  const balancers = (told: Story, policy: Partial<ArchitectureFacts["policy"]>) => {
    const [run, ...events] = told.events;
    if (run?.type !== "run") throw new Error("the first event is no run");
    const architectures = run.architectures.map((one) => ({ ...one, policy: { ...one.policy, ...policy } }));
    const film = filmOf([{ ...run, architectures }, ...events]);
    return boxesOf(film.at(film.end)!)
      .filter(({ part }) => part === "balancer")
      .map(({ service, condition }) => `${service} ${condition}`);
  };

  it("are the one by which requests come in, and those to which it hands requests of this run", () => {
    expect(balancers(story(), {})).toEqual(["nginx up"]);
    expect(balancers(story(), { balancer: "nginx" })).toEqual(["nginx up"]);
    expect(balancers(story(), { balancer: "balancer" })).toEqual(["nginx up", "balancer up"]);
  });

  it("are broken like any other service", () => {
    expect(balancers(story().injects("freeze", "balancer"), { balancer: "balancer" })).toEqual([
      "nginx up",
      "balancer frozen",
    ]);
  });
});

describe("beside the condition", () => {
  const remarks = (told: Story, service: string) =>
    boxesOf(pictureOf(told)).find((box) => box.service === service)!.remarks;

  it("stands by what a server went down, and how it stands in the balancers' lists", () => {
    const told = story().injects("drain", "app2").injects("join", "app4");
    expect([remarks(told, "app2"), remarks(told, "app4")]).toEqual([["draining"], ["joined"]]);
    expect(remarks(told.injects("kill", "app2"), "app2")).toEqual(["kill"]);
    expect(remarks(told.heals("kill", "app2").heals("drain", "app2"), "app2")).toEqual([]);
  });

  it.each(faultKinds())("no service is unclear for a confirmed %s", async (kind) => {
    const { effect } = (await loadFault(kind))("app2");
    const told = story().event({ type: "fault", at: 1, kind, target: "app2", state: "confirmed", effect });
    expect(conditionOf(pictureOf(told), "app2")).not.toBe("unclear");
  });

  it("a service is unclear for a fault that says of nothing what it does", () => {
    expect(conditionOf(pictureOf(story().injects("unheard-of", "app2")), "app2")).toBe("unclear");
  });
});

test.each<[FaultEffect, boolean]>([
  [{ lists: "draining" }, true],
  [{ lists: "joined" }, true],
  [{ data: "refuses-writes" }, true],
  [{ process: "restarts" }, false],
  [{ process: "freezes" }, false],
  [{}, false],
])("whether a service stays up all the while with %j: %s", (effect, stays) => {
  expect(staysUp(effect)).toBe(stays);
});

describe("what browsers are told", () => {
  it("is the last answer to each, subjects only, and not what diagnoses", () => {
    const told = story()
      .comesIn("ann", "app1")
      .comesIn("bob", "app2")
      .comesIn("eve", "app2", { role: "control" })
      .enters("new")
      .reads("bob", "anonymous")
      .reads("bob", "me", { jar: "pinned" });
    expect(answers(pictureOf(told))).toEqual(["cookie.memory 1 me, 1 anonymous, 1 arriving"]);
  });

  it.each(["me", "someone-else", "anonymous", "store-unreachable", "none"] as const)("can be %s", (answer) => {
    expect(answers(pictureOf(story().comesIn("ann", "app1").reads("ann", answer)))).toEqual([
      `cookie.memory 1 ${answer}`,
    ]);
  });
});

describe("fates", () => {
  const crash = () =>
    story()
      .comesIn("ann", "app1")
      .comesIn("bob", "app2")
      .injects("kill", "app2")
      .isReborn("app2")
      .heals("kill", "app2");

  it("are the judge's, each as soon as its session is read to the end", () => {
    const told = crash().settles().checksIn("ann", "me");
    expect(tallyOf(pictureOf(told))[0]!.fates).toEqual({ survived: 1 });
    told.checksIn("bob", "anonymous").ends();
    expect(tallyOf(pictureOf(told))[0]!.fates).toEqual({ survived: 1, lost: 1 });
  });

  it("are not said before the lab has settled, however often somebody was asked", () => {
    const told = crash().phase("final").checksIn("ann", "me").checksIn("bob", "anonymous");
    expect(tallyOf(pictureOf(told))[0]!.fates).toEqual({});
  });

  it("are said at the end of a run in which nothing was broken, and nothing had to settle", () => {
    const told = story().comesIn("ann", "app1").phase("final").checksIn("ann", "me");
    expect(tallyOf(pictureOf(told))[0]!.fates).toEqual({});
    expect(tallyOf(pictureOf(told.ends()))[0]!.fates).toEqual({ survived: 1 });
  });

  it("are not judged of whom nobody asked, once the run is over", () => {
    expect(tallyOf(pictureOf(crash().settles().checksIn("ann", "me").ends()))[0]!.fates).toEqual({
      survived: 1,
      "not-judged": 1,
    });
  });
});

describe("the story", () => {
  it("shows phase, last sentence and what happened, newest last", () => {
    const told = story()
      .event({ type: "step", at: 5, phase: "baseline", step: "tell", says: "Everyone logs in." })
      .injects("kill", "app2")
      .event({ type: "alert", at: 300, service: "nginx", line: "[alert] x" })
      .event({ type: "leftover", at: 310, kind: "network", name: "lab" })
      .event({ type: "end", at: 320, complete: false, reason: "interrupted" });
    const picture = pictureOf(told);
    expect(picture).toMatchObject({ says: "Everyone logs in.", phase: "fault", ended: true });
    expect(picture.log.map(({ says }) => says)).toEqual([
      "kill app2: injecting",
      "kill app2: injected",
      "kill app2: confirmed (app2 is not running, exit code 137; app2 refuses connections)",
      "alert of nginx: [alert] x",
      "left behind: network lab",
      "cut short: interrupted",
    ]);
  });

  it("takes every kind of event, and none of them breaks it", () => {
    const told = story()
      .comesIn("ann", "app1")
      .predicts("ann", "survived")
      .storeSeen("before-fault", "redis")
      .event({ type: "change", at: 400, user: "ann", what: "address", says: "moved" })
      .event({
        type: "measure",
        at: 410,
        architecture: "cookie.memory",
        name: "share",
        value: 1,
        unit: "share",
        because: "so",
      })
      .settles({ ok: false, says: "app2 is away" })
      .ends();
    expect(pictureOf(told).log.map(({ says }) => says)).toEqual(["not settled: app2 is away", "the run is over"]);
  });
});

describe("the time line", () => {
  const spans = (told: Story) =>
    faultSpans(filmOf(told.events).moments).map((span) => `${sayFaults(span)} ${span.from}-${span.to ?? ""}`);

  it("shows faults of one kind at one time as one, and others apart", () => {
    const both = story().fault("join", "app4", "injecting").injects("join", "app5").injects("leave", "app1");
    expect(spans(both)).toEqual(["join app4, app5 10-", "leave app1 60-"]);
    both.heals("leave", "app1").heals("join", "app5").fault("join", "app4", "healed");
    expect(spans(both)).toEqual(["join app4, app5 10-140", "leave app1 60-110"]);
    expect(spans(both.injects("join", "app4")).at(-1)).toBe("join app4 150-");
  });

  it("shows nothing of what was done beforehand", () => {
    expect(spans(story().takesAway("app2").injects("kill", "app1"))).toEqual(["kill app1 40-"]);
  });

  it("shows nothing lasting of what could not be injected", () => {
    const told = story().fault("kill", "app2", "injecting").fault("kill", "app2", "failed");
    expect(spans(told)).toEqual(["kill app2 10-20"]);
  });
});

describe("a film", () => {
  const told = story()
    .comesIn("ann", "app1")
    .comesIn("bob", "app2")
    .injects("kill", "app2")
    .heals("kill", "app2")
    .ends();

  it("shows the same at a moment, whether one comes from before, from after, or straight there", () => {
    const film = filmOf(told.events);
    const middle = told.events.find(
      (event): event is Extract<HistoryEvent, { type: "fault" }> =>
        event.type === "fault" && event.state === "confirmed",
    )!.at;
    const straight = structuredClone(filmOf(told.events).at(middle));
    film.at(film.end);
    expect(structuredClone(film.at(middle))).toEqual(straight);
    film.at(0);
    expect(structuredClone(film.at(middle))).toEqual(straight);
  });

  it("shows the same from pictures that were kept on the way, also when events come late", () => {
    const late = look(told.events.length * 5, { conditions: { app3: "frozen" } });
    const kept = filmOf(told.events, { keepEvery: 3 });
    const straightAt = (at: number, ...more: PictureEvent[]) =>
      structuredClone(filmOf([...told.events, ...more]).at(at));
    for (let at = 0; at <= kept.end; at += 10) {
      kept.at(kept.end);
      expect(structuredClone(kept.at(at)), `at ${at}`).toEqual(straightAt(at));
    }
    kept.add(late);
    for (const at of [kept.end, 100, 150]) expect(structuredClone(kept.at(at))).toEqual(straightAt(at, late));
  });

  it("is empty before its run has begun, and begins anew with the next run", () => {
    expect(new Film().at(0)).toBeUndefined();
    const film = filmOf([...told.events, ...story().events]);
    expect(film.end).toBe(0);
    expect(film.at(0)!.sessions.size).toBe(0);
  });

  it("puts events that come late where they belong", () => {
    const [run, ...rest] = told.events;
    const shuffled = filmOf([run!, ...rest.toReversed()]);
    const ordered = filmOf(told.events);
    expect(structuredClone(shuffled.at(shuffled.end))).toEqual(structuredClone(ordered.at(ordered.end)));
  });

  it("knows nothing of an operation before it was answered", () => {
    const film = filmOf(story().enters("ann").operation("ann", "log-in", "me", { ms: 500 }).events);
    expect(film.at(519)!.answered).toBe(0);
    expect(film.at(520)!.answered).toBe(1);
  });
});
