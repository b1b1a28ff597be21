import holdCopies from "../faults/hold-copies.ts";
import kill from "../faults/kill.ts";
import { defineScenario } from "../theory/scenario.ts";
import {
  everyoneBrowses,
  everyoneChecksIn,
  everyoneReadsBack,
  given,
  healEverything,
  inject,
  measure,
  someLogIn,
  someShop,
  tell,
} from "../theory/steps.ts";
import { master } from "../theory/targets.ts";

export default defineScenario({
  title: "The Redis master dies, and a replica takes over",
  question: "A master dies whose replicas are a little behind; Sentinels promote one of them. Which writes are gone?",
  matters:
    "Redis answers a write before a replica has it. Sentinels bring the service back within seconds, and nobody says that some of what was acknowledged is gone.",
  advice:
    "Keep the window small: `min-replicas-to-write 1` with a short `min-replicas-max-lag` makes a master that is alone refuse writes, `WAIT` where one must not be lost. An append-only file does not help: the old master has to throw it away.",
  architectures: { policies: "all", stores: ["redis-sentinel"], controlStore: "redis" },
  next: {
    scenario: "redis-cluster-node-loss",
    toSee: "what happens when the sessions are shared out instead of copied",
  },
  steps: [
    tell("Two thirds of the users log in and fill a cart. The master takes it, and both replicas copy what it has."),
    someLogIn("first", "second"),
    someShop("first", "second"),
    tell("Now the replicas lose touch with the master, and it goes on alone. Half of these users add another item;"),
    tell("the last third logs in and fills a cart. The master is asked for all of that, and no replica hears of it."),
    given(holdCopies(master)),
    someLogIn("third"),
    someShop("second", "third"),
    everyoneReadsBack(),
    tell("The master is killed. Two Sentinels have to agree that it is gone; then they make a replica the new master."),
    inject(kill(master)),
    everyoneBrowses({ forMs: 1_000, untilAnsweredMs: 15_000 }),
    measure({
      name: "answers that the store gave while the old master was dead",
      unit: "requests",
      value: ({ answers }) => answers.me + answers.anonymous,
      bound: ({ store }) => ({
        atLeast: 1,
        because:
          store.group?.holds === "copies" ? "Sentinels promoted a replica" : "this store's server was not touched",
      }),
    }),
    tell(
      "The old master comes back. It has to follow the new one and to give up what only it had, append-only file included.",
    ),
    healEverything(),
    everyoneChecksIn(),
  ],
  expect: ({ store, copied }) => {
    if (store.group?.holds !== "copies")
      return { fate: "survived", because: "the session does not live on the master that died: this is the control" };
    switch (copied) {
      case "all":
        return { fate: "survived", because: "the replicas had all of it when the master died" };
      case "some":
        return { fate: "rolled-back", because: "its last write was acknowledged before a replica had it" };
      case "none":
        return { fate: "lost", because: "its login was acknowledged, and no replica had heard of it" };
      case "unsure":
        return {
          fate: ["survived", "rolled-back", "lost"],
          because: "the replicas differ, and theory cannot say which of them is promoted",
        };
    }
  },
});
