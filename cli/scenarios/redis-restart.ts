import restart from "../faults/restart.ts";
import { defineScenario } from "../theory/scenario.ts";
import { everyoneBrowses, everyoneChecksIn, everyoneSettlesIn, healEverything, inject, tell } from "../theory/steps.ts";
import { everyRedis } from "../theory/targets.ts";

export default defineScenario({
  title: "Redis is restarted politely (SIGTERM)",
  question:
    "Redis gets SIGTERM and is started again: without persistence, with save points, with AOF. Who is still logged in?",
  matters:
    "Every update restarts Redis, and what it does with its memory at SIGTERM depends on settings that nobody looks at before.",
  advice:
    "Save points are enough for a polite stop, an append-only file for an impolite one, too; with neither, announce it.",
  architectures: { policies: "all", stores: ["memory", "redis", "redis-rdb", "redis-aof"], controlStore: "memory" },
  compare: { label: "Redis restart", need: "survive-redis-restart" },
  next: { scenario: "redis-aof-late", toSee: "how switching AOF on can lose everything" },
  steps: [
    tell("Everyone logs in and fills a cart."),
    ...everyoneSettlesIn(),
    tell("All Redis servers are restarted with SIGTERM: each may do what its configuration says on exit."),
    inject(restart(everyRedis)),
    everyoneBrowses({ forMs: 500 }),
    tell("They are back. What do they still know?"),
    healEverything(),
    everyoneChecksIn(),
  ],
  expect: ({ store }) => {
    if (store.livesIn === "browser")
      return { fate: "survived", because: "the session is in the browser's token, whatever becomes of Redis" };
    switch (store.persistence) {
      case null:
      case "write-ahead-log":
        return { fate: "survived", because: "the session does not live in Redis: this is the control" };
      case "none":
        return { fate: "lost", because: "without persistence Redis keeps nothing, however politely it is stopped" };
      case "save-points":
        return { fate: "survived", because: "with save points configured Redis writes one more snapshot on SIGTERM" };
      case "append-only":
        return {
          fate: "survived",
          because: "every acknowledged write is in the append-only file, which is replayed at the start",
        };
    }
  },
});
