import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { loadStoreFiles } from "./store-files.ts";

const stores = await loadStoreFiles();

const composeFile = await readFile(join(import.meta.dirname, "../../compose/compose.yaml"), "utf8");
const { services } = parse(composeFile, { merge: true }) as { services: Record<string, { entrypoint: string[] }> };

/** What redis-server is told, https://redis.io/docs/latest/operate/oss_and_stack/management/persistence/ */
const PERSISTENCE = {
  none: / --save {2}--appendonly no/,
  "save-points": / --save \d+ \d+.* --appendonly no/,
  "append-only": / --save {2}--appendonly yes/,
};

describe("the folder of stores", () => {
  test("is read in the order of the ids", () => {
    expect([...stores.keys()]).toEqual([...stores.keys()].sort());
    expect([...stores.keys()]).toEqual(expect.arrayContaining(["memory", "redis", "redis-aof", "redis-rdb"]));
  });

  describe.each([...stores])("%s", (id, { title, what, livesIn, server, persistence, open }) => {
    test("has an id that fits into a host name (RFC 1035, 2.3.1)", () => {
      expect(id).toMatch(/^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/);
    });

    test("says in one plain sentence where a session lives", () => {
      expect(title).toMatch(/^[A-Z].{3,39}[^.]$/);
      expect(what).toMatch(/^[A-Z][^.]{20,160}\.$/);
      expect(open).toBeTypeOf("function");
    });

    test("names a server exactly when a session lives in one, and how that keeps it", () => {
      const livesInServer = livesIn === "server";
      expect([server !== null, persistence !== null]).toEqual([livesInServer, livesInServer]);
      expect(["app-server", "server", "browser"]).toContain(livesIn);
      expect([null, "none", "save-points", "append-only"]).toContain(persistence);
    });
  });
});

describe.each([...stores].filter(([, { server }]) => server?.startsWith("redis")))(
  "%s",
  (_, { server, persistence }) => {
    test("says of its server what compose.yaml tells that server", () => {
      expect(services[server ?? ""]?.entrypoint.join(" ")).toMatch(PERSISTENCE[persistence ?? "none"]);
    });
  },
);
