import { describe, expect, it } from "vitest";
import { changedSettings, problemsOf, readCondition, refusesWrites, unwritten } from "./condition.ts";

interface Said {
  info?: Record<string, string>;
  settings?: Record<string, string>;
  users?: string;
  after?: string[];
}

/** As Redis 8 and `sh` print it. */
function text({
  info = {},
  settings = {},
  users = "user default on nopass sanitize-payload ~* &* +@all",
  after = [],
}: Said) {
  const fields = {
    redis_version: "8.0.6",
    used_memory: "1000000",
    mem_not_counted_for_evict: "0",
    rdb_bgsave_in_progress: "0",
    rdb_last_bgsave_status: "ok",
    aof_last_bgrewrite_status: "ok",
    aof_last_write_status: "ok",
    role: "master",
    ...info,
  };
  const all = {
    save: "3600 1 300 100 60 10000",
    maxmemory: "0",
    "maxmemory-policy": "noeviction",
    "maxmemory-samples": "5",
    appendonly: "no",
    "stop-writes-on-bgsave-error": "yes",
    ...settings,
  };
  return [
    "# Server\r",
    ...Object.entries(fields).map(([name, value]) => `${name}:${value}\r`),
    "",
    "settings:",
    ...Object.entries(all).flat(),
    "users:",
    users,
    ...after,
    "",
  ].join("\n");
}

const condition = (said: Said) => readCondition(text(said))!;
const problems = (said: Said, appendOnly = false) =>
  problemsOf(condition(said), { appendOnly }).map(({ found, cure }) => `was ${found}: ${cure}`);

const failed = { rdb_last_bgsave_status: "err" };
const folder = (owner: number, refusal: string) => [
  `folder: ${owner} 999`,
  `dd: error writing '/data/trial': ${refusal}`,
];

describe("finds nothing at a server", () => {
  it.each<[string, Said]>([
    ["in good order", {}],
    ["without save points: an empty setting takes a line, too", { settings: { save: "" } }],
    ["that saves at the moment", { info: { rdb_bgsave_in_progress: "1" } }],
    ["that loads its data", { info: { loading: "1" } }],
    ["that is a replica, which refuses writes by nature", { info: { role: "slave" } }],
  ])("%s", (_, said) => {
    expect([problems(said), refusesWrites(condition(said))]).toEqual([[], undefined]);
  });

  it("that has an append-only file by compose.yaml", () => {
    expect(problems({ settings: { appendonly: "yes", save: "" } }, true)).toEqual([]);
  });
});

describe("says of a failed save", () => {
  it.each<[string, string[], string]>([
    ["that the right is missing", folder(999, "Permission denied"), "it has no right to write in /data"],
    ["whose folder it is", folder(0, "Permission denied"), "/data belongs to user 0, and it runs as user 999"],
    ["that the disk is full", folder(999, "No space left on device"), "the disk of /data is full"],
    ["what the system says otherwise", folder(999, "Read-only file system"), "/data: Read-only file system"],
    [
      "that the cause has gone",
      ["folder: 999 999", "16+0 records in", "1048576 bytes (1.0 MB, 1.0 MiB) copied, 0.002 s, 500 MB/s"],
      "nothing keeps it from writing in /data now",
    ],
  ])("%s", (_, after, why) => {
    expect(problems({ info: failed, after })).toEqual([`was unable to save (${why}; writes are refused): saves again`]);
  });

  it("that only a person can give a folder back, and that it can itself give itself the right", () => {
    const isMendable = (owner: number) => condition({ info: failed, after: folder(owner, "Permission denied") }).folder;
    expect([isMendable(0), isMendable(999)]).toMatchObject([
      { isMendable: false, todo: "Give /data back to user 999" },
      { isMendable: true },
    ]);
  });

  it("as the busybox of an alpine image tells it", () => {
    const after = ["folder: 999 999", "dd: can't open '/data/trial': Permission denied"];
    expect(condition({ info: failed, after }).folder?.says).toBe("it has no right to write in /data");
  });
});

describe("says that writes are refused", () => {
  it.each<[string, Said, string | undefined]>([
    ["after a failed save", { info: failed }, "its last save failed (stop-writes-on-bgsave-error)"],
    ["not where no save point is set", { info: failed, settings: { save: "" } }, undefined],
    ["not where that is switched off", { info: failed, settings: { "stop-writes-on-bgsave-error": "no" } }, undefined],
    [
      "without its append-only file",
      { info: { aof_last_write_status: "err" } },
      "it cannot write its append-only file",
    ],
    [
      "with a full memory",
      { settings: { maxmemory: "999999" } },
      "its memory is full (1000000 of 999999 bytes, noeviction)",
    ],
    ["not where room is made", { settings: { maxmemory: "999999", "maxmemory-policy": "allkeys-lru" } }, undefined],
    [
      "not for what Redis does not count",
      { info: { mem_not_counted_for_evict: "2" }, settings: { maxmemory: "999999" } },
      undefined,
    ],
  ])("%s", (_, said, why) => {
    expect(refusesWrites(condition(said))).toBe(why);
  });
});

describe("names the settings that are not as in compose.yaml", () => {
  it.each<[string, Said, string]>([
    ["a limit of memory", { settings: { maxmemory: "2000000" } }, "maxmemory 2000000"],
    [
      "what is removed when it is full",
      { settings: { "maxmemory-policy": "allkeys-lru" } },
      "maxmemory-policy allkeys-lru",
    ],
    ["how many keys it looks at for that", { settings: { "maxmemory-samples": "64" } }, "maxmemory-samples 64"],
    ["an append-only file", { settings: { appendonly: "yes" } }, "appendonly yes"],
    [
      "what everybody may do",
      { users: "user default on nopass sanitize-payload ~* &* +@all -psync -sync" },
      "everybody may +@all -psync -sync",
    ],
    [
      "that nobody may ask for that",
      { users: "(error) NOPERM User default has no permissions to run the 'acl|list' command" },
      "everybody may not even ask",
    ],
    ["those of its next start", { after: ["later settings:"] }, "/data/later.conf for its next start"],
  ])("%s", (_, said, words) => {
    expect(changedSettings(condition(said), { appendOnly: false })).toEqual([words]);
    expect(problems(said)).toEqual([`was set otherwise than in compose.yaml (${words}): settings put back`]);
  });
});

it("says what could not be written, each by its name", () => {
  const info = { ...failed, aof_last_write_status: "err", aof_last_bgrewrite_status: "err" };
  expect(unwritten(condition({ info }))).toEqual([
    "save",
    "write its append-only file",
    "rewrite its append-only file",
  ]);
});

it.each(["", "Could not connect to Redis at 127.0.0.1:6379: Connection refused\n", "settings:\nusers:\n"])(
  "takes %j for no answer",
  (said) => {
    expect(readCondition(said)).toBeUndefined();
  },
);
