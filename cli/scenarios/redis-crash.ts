import kill from "../faults/kill.ts";
import save from "../faults/save.ts";
import { defineScenario } from "../theory/scenario.ts";
import {
  everyoneBrowses,
  everyoneChecksIn,
  everyoneSettlesIn,
  given,
  healEverything,
  inject,
  tell,
} from "../theory/steps.ts";
import { everyRedis } from "../theory/targets.ts";

export default defineScenario({
  title: "Redis dies without warning (SIGKILL)",
  question:
    "Redis gets SIGKILL and is started again: without persistence, with save points, with AOF. Who is still logged in?",
  matters: "Moving sessions into Redis moves the question there: what is only in its memory dies with it.",
  advice:
    "Switch on the append-only file where a logout of everybody hurts; save points alone lose what came after the last of them.",
  architectures: { policies: "all", stores: ["memory", "redis", "redis-rdb", "redis-aof"], controlStore: "memory" },
  compare: { label: "Redis crash", need: "survive-redis-crash" },
  next: { scenario: "redis-restart", toSee: "how much of it a polite stop would have saved" },
  steps: [
    tell("Redis with save points has just written a snapshot: whatever follows is unsaved until the next one is due."),
    given(save("redis-rdb")),
    ...everyoneSettlesIn(),
    tell("All Redis servers are killed. Nothing can be saved any more."),
    inject(kill(everyRedis)),
    everyoneBrowses({ forMs: 500 }),
    tell("They are started again. What do they still know?"),
    healEverything(),
    everyoneChecksIn(),
  ],
  expect: ({ store, inSnapshot }) => {
    if (store.livesIn === "browser")
      return { fate: "survived", because: "the session is in the browser's token, whatever becomes of Redis" };
    switch (store.persistence) {
      case null:
      case "write-ahead-log":
        return { fate: "survived", because: "the session does not live in Redis: this is the control" };
      case "none":
        return { fate: "lost", because: "without persistence everything was in the memory of the process that died" };
      case "append-only":
        return {
          fate: "survived",
          because: "Redis had written everything to the append-only file, which outlives the process",
        };
      case "save-points":
        if (inSnapshot === "all")
          return {
            fate: "survived",
            because: "a snapshot was due during the run and holds all of the session's writes",
          };
        if (inSnapshot === "none")
          return { fate: "lost", because: "the next snapshot was not due yet, so the session was in memory only" };
        if (inSnapshot === "some")
          return { fate: "rolled-back", because: "the last snapshot holds its login but not its last write" };
        return {
          fate: ["lost", "rolled-back", "survived"],
          because: "its writes fall into the very second of a snapshot: theory cannot say which of them are in it",
        };
    }
  },
});
