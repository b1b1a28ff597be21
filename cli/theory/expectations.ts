import type { Expectation, SessionFacts } from "./facts.ts";

/** What theory says of sessions in the memory of an app server. All others survive whatever becomes of app servers. */
export function ofSessionsInAppServers(
  expect: (session: SessionFacts) => Expectation,
): (session: SessionFacts) => Expectation {
  return (session) =>
    session.store.livesIn === "app-server"
      ? expect(session)
      : { fate: "survived", because: "the session lives outside the app servers; any of them finds it again" };
}

/** Of a session on an app server that nobody broke. */
export const untouched: Expectation = {
  fate: "survived",
  because: "its app server was not touched, and affinity keeps leading there",
};
