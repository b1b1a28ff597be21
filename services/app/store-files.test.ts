import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadStoreFiles } from "./store-files.ts";

const stores = await loadStoreFiles();

const composeFile = await readFile(join(import.meta.dirname, "../../compose/compose.yaml"), "utf8");
const { services } = parse(composeFile, { merge: true, maxAliasCount: 1_000 }) as {
  services: Record<string, { entrypoint: string[]; profiles?: string[] }>;
};

/** What redis-server is told, https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/ */
const PERSISTENCE: Partial<Record<string, RegExp>> = {
  none: / --save {2}--appendonly no/,
  "save-points": / --save \d+ \d+.* --appendonly no/,
  "append-only": / --save {2}--appendonly yes/,
};

describe("the folder of stores", () => {
  test("is read in the order of the ids", () => {
    expect([...stores.keys()]).toEqual([...stores.keys()].sort());
    expect([...stores.keys()]).toEqual(expect.arrayContaining(["memory", "redis", "redis-aof", "redis-rdb"]));
  });

  describe.each([...stores])("%s", (id, { title, what, livesIn, server, kind, persistence, profile, group, open }) => {
    test("has an id that fits into a host name (RFC 1035, 2.3.1)", () => {
      expect(id).toMatch(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
    });

    test("says in one plain sentence where a session lives", () => {
      expect(title).toMatch(/^[A-Z].{3,39}[^.]$/);
      expect(what).toMatch(/^[A-Z][^.]{20,160}\.$/);
      expect(open).toBeTypeOf("function");
    });

    test("names a server when a session lives in one, and how that keeps what it holds", () => {
      expect(["app-server", "server", "browser"]).toContain(livesIn);
      if (livesIn !== "browser") expect(server !== null).toBe(livesIn === "server");
      expect([null, "none", "save-points", "append-only", "write-ahead-log"]).toContain(persistence);
      expect(persistence !== null).toBe(server !== null);
      expect(kind !== undefined).toBe(server !== null);
    });

    test("has its servers in compose.yaml, in the profile that it says", () => {
      const all = group ? [...group.services, ...(group.watchers ?? [])] : [server].filter((one) => one !== null);
      expect(all.map((one) => services[one]?.profiles)).toEqual(all.map(() => profile && [profile]));
      if (server === null) expect(profile).toBeUndefined();
    });

    test.runIf(group)("has its server in its group", () => {
      expect(group?.services).toContain(server);
    });
  });
});

describe.each([...stores].filter(([, { kind }]) => kind === "redis"))("%s", (_, { server, persistence, group }) => {
  test.each(group?.services ?? [server ?? ""])("says of %s what compose.yaml tells that server", (one) => {
    expect(services[one]?.entrypoint.join(" ")).toMatch(PERSISTENCE[persistence ?? ""] ?? /no such thing/);
  });
});
