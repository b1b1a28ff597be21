import { defineScenario } from "../theory/scenario.ts";
import {
  everyoneChecksIn,
  everyoneLogsIn,
  everyoneReadsBack,
  everyoneShops,
  measure,
  regularsKeepShopping,
  tell,
} from "../theory/steps.ts";

const stillHeld = "ended sessions that the store still holds";
const stillKept = "keys or rows of ended sessions on the store's server";

export default defineScenario({
  title: "Sessions that nobody uses end",
  question:
    "Every second user stays away for longer than a session may be idle. Who is logged out, and what is left of it?",
  matters:
    "A session that never ends is a door left open, and one that is never removed is memory that never comes back.",
  advice:
    "An idle time in the store itself (a key's TTL), renewed by use; never a store that cleans up only when asked.",
  architectures: { policies: "all", stores: "all" },
  compare: { label: "idle sessions freed", need: "free-idle-sessions" },
  wish: ({ measures }) => measures.every(({ name, value }) => ![stillHeld, stillKept].includes(name) || value === 0),
  next: { scenario: "logout-replay", toSee: "which stores can end a session before its time" },
  steps: [
    tell("Everyone logs in and asks to be forgotten soon: a session that nobody uses is to end within seconds."),
    everyoneLogsIn({ idleEnd: "soon" }),
    everyoneShops(),
    everyoneReadsBack(),
    tell(
      "Every second user stays away. The others keep shopping, and each purchase puts off the end of their session.",
    ),
    regularsKeepShopping({ forMs: "until-idle-end" }),
    tell("The time is over, and nobody has asked for the sessions of those who stayed away. Are they gone?"),
    // The server is asked first: counting the sessions (`SCAN`) has Redis drop what is over.
    measure({
      name: stillKept,
      unit: "entries",
      looksIntoStore: "when-expired",
      value: ({ store, stored }) => {
        if (store.livesIn !== "server") return 0;
        // A server that says nothing has not shown that they are gone.
        if (!stored?.server) return stored?.away ?? 0;
        const { entries, regulars } = stored.server;
        return Math.max(0, entries.now - entries.before - regulars);
      },
      bound: ({ store }) => ({
        atMost: 0,
        because:
          store.persistence === "write-ahead-log"
            ? "a row stays when its time is over, until the app sweeps it out"
            : "a key with a TTL goes by itself when its time is over",
      }),
    }),
    measure({
      name: stillHeld,
      unit: "sessions",
      looksIntoStore: "when-expired",
      value: ({ stored }) => {
        const { before, now } = stored?.held ?? { before: null, now: null };
        if (before === null || now === null) return 0;
        return Math.max(0, now - before - (stored?.regulars ?? 0));
      },
      bound: ({ store, stored }) =>
        store.leaks
          ? {
              // Whose requests go anywhere may not have reached the session in time, and have then cleaned it up.
              atLeast: (stored?.away ?? 0) - (stored?.flickering ?? 0),
              because:
                "this store looks at a session's end only when somebody asks for the session, and nobody does: a leak",
            }
          : { atMost: 0, because: "the store removes by itself what is over" },
    }),
    tell("One more purchase, so that nobody's time is over while we ask. Who is still logged in?"),
    regularsKeepShopping({ forMs: 0 }),
    everyoneChecksIn(),
  ],
  expect: ({ staysAway }) =>
    staysAway
      ? { fate: "lost", because: "nobody used the session for as long as its login allowed, so it ended, as it should" }
      : { fate: "survived", because: "each purchase put off the session's end" },
});
