import kill from "../faults/kill.ts";
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
import { fullest } from "../theory/targets.ts";

export default defineScenario({
  title: "One server of a Redis Cluster dies",
  question:
    "One of three masters without a replica dies, and comes back. Who cannot get in meanwhile, and who is logged out?",
  matters:
    "A cluster spreads the load, not the risk: without replicas one dead server takes a third of the sessions with it, and by default all of the others out of service.",
  advice:
    "Give each master a replica; `cluster-require-full-coverage no`, so that the living go on; an append-only file, so that a server comes back with what it had.",
  architectures: { policies: "all", stores: ["redis-cluster"], controlStore: "redis" },
  next: { scenario: "redis-eviction", toSee: "what a Redis does that is well, and full" },
  steps: [
    tell(
      "Everyone logs in and fills a cart. By its key each session belongs to a slot, and each slot to one of three servers.",
    ),
    ...everyoneSettlesIn(),
    tell("One server is killed: the one that has most of these sessions. And those on the others?"),
    inject(kill(fullest)),
    everyoneBrowses({ forMs: 3_500 }),
    measure({
      name: "refused requests of users whose session is on a server that lives",
      unit: "requests",
      value: ({ answersElsewhere }) => answersElsewhere["store-unreachable"],
      bound: ({ store, subjectsElsewhere }) =>
        store.group?.holds === "parts" && subjectsElsewhere > 0
          ? {
              atLeast: 1,
              because: "a cluster that lacks slots refuses everything: cluster-require-full-coverage is on",
            }
          : { atMost: 0, because: "this store's server was not touched, or nobody has a session elsewhere" },
    }),
    tell("The server comes back, with whatever it kept on disk."),
    healEverything(),
    everyoneChecksIn(),
  ],
  expect: ({ store, keptOn, fullest }) => {
    if (store.group?.holds !== "parts")
      return { fate: "survived", because: "the session does not live in the cluster: this is the control" };
    if (keptOn === undefined)
      return { fate: ["survived", "lost"], because: "nobody found out which server of the cluster has the session" };
    if (keptOn !== fullest)
      return { fate: "survived", because: "its server lived on: refused for a while, but nothing was lost" };
    return store.persistence === "none"
      ? { fate: "lost", because: "it was in the memory of the server that died, and nowhere else" }
      : { fate: "survived", because: "its server came back with what it had written to disk" };
  },
});
