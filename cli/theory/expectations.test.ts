import { expect, it } from "vitest";
import { ofSessionsInAppServers } from "./expectations.ts";
import type { SessionFacts } from "./facts.ts";
import { loadStores } from "./stores.ts";

it("whatever becomes of app servers, a session that lives outside of them survives", () => {
  const lost = ofSessionsInAppServers(() => ({ fate: "lost", because: "its app server is gone" }));
  const fates = loadStores().map((store) => [store.livesIn, lost({ store } as SessionFacts).fate].join(" "));
  expect([...new Set(fates)].sort()).toEqual(["app-server lost", "browser survived", "server survived"]);
});
