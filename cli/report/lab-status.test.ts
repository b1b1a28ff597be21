import { expect, it } from "vitest";
import { type LabStatus, type RedisHealth, statusReport } from "./lab-status.ts";

const well: RedisHealth = {
  service: "redis-rdb",
  answers: true,
  usedMemoryBytes: 2 ** 20,
  keys: 1,
  lastSaveAt: 3_600,
  changesSinceSave: 2,
  lastSaveOk: true,
  couldNot: [],
  memoryLimitBytes: 0,
  changedSettings: [],
  appendOnly: false,
  loading: false,
  role: "master",
};

/** From the table of Redis servers on. */
function said(health: Partial<RedisHealth>): string {
  const status: LabStatus = {
    lab: { name: "two", port: 8080, subnetPrefix: "172.28.99" },
    services: [],
    sessions: {},
    inBrowsers: [],
    redis: [{ ...well, ...health }],
    databases: [],
    sentinels: [],
  };
  const report = statusReport(status, { colour: false, suffix: " --name two" });
  return report.slice(report.indexOf("│ server"));
}

it("says nothing more of a Redis server that is well", () => {
  expect(said({})).toMatchInlineSnapshot(`
    "│ server    │ memory  │ keys │ persistence │ last save                     │ role   │
    ├───────────┼─────────┼──────┼─────────────┼───────────────────────────────┼────────┤
    │ redis-rdb │ 1.0 MiB │ 1    │ no AOF      │ 01:00:00 UTC, 2 changes since │ master │
    └───────────┴─────────┴──────┴─────────────┴───────────────────────────────┴────────┘
    "
  `);
});

it("says in a sentence each what a Redis server could not do, why it refuses writes, and how it is set", () => {
  const ill = {
    lastSaveOk: false,
    couldNot: ["save"],
    because: "it has no right to write in /data",
    refusesWrites: "its last save failed (stop-writes-on-bgsave-error)",
    changedSettings: ["maxmemory 2000000", "appendonly yes"],
  };
  expect(said(ill)).toMatchInlineSnapshot(`
    "│ server    │ memory  │ keys │ persistence │ last save                                     │ role   │
    ├───────────┼─────────┼──────┼─────────────┼───────────────────────────────────────────────┼────────┤
    │ redis-rdb │ 1.0 MiB │ 1    │ no AOF      │ failed; before: 01:00:00 UTC, 2 changes since │ master │
    └───────────┴─────────┴──────┴─────────────┴───────────────────────────────────────────────┴────────┘
    redis-rdb could not save: it has no right to write in /data. \`lab heal --name two\` mends it, or says who can.
    redis-rdb refuses writes: its last save failed (stop-writes-on-bgsave-error). \`lab heal --name two\` mends it, or says who can.
    redis-rdb is set otherwise than in compose.yaml: maxmemory 2000000, appendonly yes. \`lab heal --name two\` mends it, or says who can.
    "
  `);
});
