import { expect, test } from "vitest";
import { defineStore } from "../store.ts";
import { startStoreLab } from "./store-lab.ts";

const ofNewKind = defineStore({
  title: "Memcached",
  what: "A session lives in a server of a kind that no test has met.",
  livesIn: "server",
  server: "memcached",
  kind: "memcached",
  persistence: "none",
  open: () => Promise.reject(new Error("nobody opens it")),
});

test("a store whose server is of a new kind is taken for no other: the suites say which file to write", async () => {
  await expect(startStoreLab("memcached", ofNewKind)).rejects.toThrow(
    'nobody has said how a server of the kind "memcached" is run and looked into (known: postgres, redis): write services/app/testing/store-servers/memcached.ts, a StoreServerKind',
  );
});

test("a store with a server that says no kind is asked for it", async () => {
  const { kind: _, ...silent } = ofNewKind;
  await expect(startStoreLab("memcached", silent)).rejects.toThrow(
    "a store with a server has to say the server's kind: one of postgres, redis, or a new one",
  );
});

test("a group of servers needs a kind that knows how several are run", async () => {
  const group = { services: ["p1", "p2"], holds: "copies" } as const;
  await expect(startStoreLab("several", { ...ofNewKind, kind: "postgres", group })).rejects.toThrow(
    "store-servers/postgres.ts does not say how a group of them is run",
  );
});
