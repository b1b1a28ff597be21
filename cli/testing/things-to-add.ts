/** What the tests of CONTRIBUTING.md add to a copy of the package: each is one file. */

export const byLotPolicy = `# random: each request goes to an app server drawn by lot.
#
# What the lab's theory reads from this file:
#   affinity: none

upstream by-lot {
    random;
    server app1:3000 max_fails=1 fail_timeout=2s;
    server app2:3000 max_fails=1 fail_timeout=2s;
    server app3:3000 max_fails=1 fail_timeout=2s;
}

server {
    listen 8080;
    server_name ~^by-lot\\.(?<store>[a-z0-9-]+)\\.localhost$;
    set $policy by-lot;
    location / {
        include proxy.conf;
        proxy_pass http://by-lot;
    }
}
`;

export const sameRedisStore = `import { openRedisSessionStore } from "../redis-session-store.ts";
import { defineStore } from "../store.ts";

export default defineStore({
  title: "The same Redis by another name",
  what: "A session lives in the Redis without persistence.",
  livesIn: "server",
  server: "redis",
  kind: "redis",
  persistence: "none",
  open: (context) => openRedisSessionStore("redis", context),
});
`;

export const twoStopScenario = `import stop from "../faults/stop.ts";
import server_crash from "./server-crash.ts";

// It answers no question of its own in the decision table.
const { compare: _, ...likeCrash } = server_crash;

export default {
  ...likeCrash,
  title: "Two app servers stop at once",
  question: "Two of three app servers get SIGTERM at the same moment. Who is still logged in?",
  next: { scenario: "server-crash", toSee: "whether it makes a difference that they were told" },
  steps: server_crash.steps.map((step) =>
    step.do === "inject" ? { ...step, faults: [stop("app1"), stop("app3")] } : step,
  ),
  expect: ({ store, home }) =>
    store.livesIn === "app-server" && home !== "app2"
      ? { fate: "lost", because: "the session lived in the memory of a process that ended" }
      : { fate: "survived", because: "nothing that holds the session was touched" },
};
`;
