import aofAtRestart from "../faults/aof-at-restart.ts";
import aofThenRestart from "../faults/aof-then-restart.ts";
import { defineScenario } from "../theory/scenario.ts";
import {
  everyoneBrowses,
  everyoneChecksIn,
  everyoneSettlesIn,
  healEverything,
  inject,
  measure,
  tell,
} from "../theory/steps.ts";

/** https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/ */
export default defineScenario({
  title: "The append-only file comes late",
  question:
    "Redis had only snapshots. Somebody writes `appendonly yes` into its configuration and restarts it. Who is still logged in?",
  matters: "It is the setting that should prevent losses, and the way in which it is switched on loses everything.",
  advice: "`CONFIG SET appendonly yes` first, wait for the rewrite, then write it into the configuration.",
  architectures: { policies: "all", stores: ["memory", "redis-rdb"], controlStore: "memory" },
  next: { scenario: "redis-outage", toSee: "who is logged out by a Redis that loses nothing and is only out of reach" },
  steps: [
    tell("Everyone logs in and fills a cart."),
    ...everyoneSettlesIn(),
    tell(
      "First the right way: AOF is switched on in the running Redis, which writes all it has there. Then a restart.",
    ),
    inject(aofThenRestart("redis-rdb")),
    everyoneBrowses({ forMs: 500 }),
    measure({
      name: "answers to logged-in users that they are not, after the right way",
      unit: "answers",
      value: ({ store, answers }) => (store.persistence === "save-points" ? answers.anonymous : 0),
      bound: () => ({ atMost: 0, because: "all sessions were in the append-only file before the restart" }),
    }),
    measure({
      name: "answers that know the user, after the right way",
      unit: "answers",
      value: ({ answers }) => answers.me,
      bound: ({ store }) =>
        store.persistence === "save-points"
          ? { atLeast: 1, because: "Redis is back with what it read from the append-only file" }
          : { atLeast: 0, because: "the session does not live in that Redis" },
    }),
    tell("Was anybody logged out? All that is undone now. Then the other way: into the configuration, and restart."),
    healEverything(),
    inject(aofAtRestart("redis-rdb")),
    everyoneBrowses({ forMs: 500 }),
    healEverything(),
    everyoneChecksIn(),
  ],
  expect: ({ store }) =>
    store.persistence === "save-points"
      ? {
          fate: "lost",
          because:
            "with AOF on Redis reads that file and nothing else; it is new and empty, so the snapshot is ignored",
        }
      : { fate: "survived", because: "the session does not live in that Redis: this is the control" },
});
