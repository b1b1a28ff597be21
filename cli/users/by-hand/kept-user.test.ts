import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { findKeptUser, forgetKeptUsers, keepUser, lastArchitectureOf, newKeptUser } from "./kept-user.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "session-lab-users-"));
  vi.stubEnv("LAB_HOME", home);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true });
});

const alice = { lab: "lab", name: "alice", architecture: "cookie.memory" };
const files = () => readdirSync(home, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());

it("comes back as it was kept", () => {
  const user = { ...newKeptUser(alice, "lab-1"), itemsSent: 3, usedAt: 7 };
  keepUser("lab", user);
  expect(findKeptUser(alice)).toEqual(user);
});

it("is another browser for each name, architecture and lab", () => {
  keepUser("lab", newKeptUser(alice, "lab-1"));
  expect(findKeptUser({ ...alice, name: "Alice" })).toBeUndefined();
  expect(findKeptUser({ ...alice, architecture: "cookie.redis" })).toBeUndefined();
  expect(findKeptUser({ ...alice, lab: "other" })).toBeUndefined();
});

it("is readable by its owner only, and leaves no draft behind", () => {
  keepUser("lab", newKeptUser(alice, "lab-1"));
  keepUser("lab", newKeptUser(alice, "lab-1"));
  expect(files().map((file) => (statSync(join(file.parentPath, file.name)).mode & 0o777).toString(8))).toEqual(["600"]);
  expect((statSync(join(home, "users/lab")).mode & 0o777).toString(8)).toBe("700");
});

it.each(["../../etc/passwd", "..", "a/b", "x".repeat(128), "\u001b[2J", "会话", "nul\u0000"])(
  "has a file in its lab's folder whatever its name: %j",
  (name) => {
    const user = newKeptUser({ ...alice, name }, "lab-1");
    keepUser("lab", user);
    expect(files().map((file) => file.parentPath)).toEqual([join(home, "users/lab")]);
    expect(findKeptUser({ ...alice, name })).toEqual(user);
  },
);

it.each(["", "{", "[]", '{"name":"alice"}'])("is a stranger when its file is damaged: %j", (text) => {
  keepUser("lab", newKeptUser(alice, "lab-1"));
  for (const file of files()) writeFileSync(join(file.parentPath, file.name), text);
  expect(findKeptUser(alice)).toBeUndefined();
  expect(lastArchitectureOf(alice)).toBeUndefined();
});

it("was last where it was used last, whoever was elsewhere since", () => {
  keepUser("lab", { ...newKeptUser(alice, "lab-1"), usedAt: 1 });
  keepUser("lab", { ...newKeptUser({ ...alice, architecture: "cookie.redis" }, "lab-1"), usedAt: 2 });
  keepUser("lab", { ...newKeptUser({ name: "bob", architecture: "ip-hash.redis" }, "lab-1"), usedAt: 3 });
  expect(lastArchitectureOf(alice)).toBe("cookie.redis");
  expect(lastArchitectureOf({ lab: "lab", name: "carol" })).toBeUndefined();
});

it("is forgotten with the others of its lab, and only with those", () => {
  keepUser("lab", newKeptUser(alice, "lab-1"));
  keepUser("other", newKeptUser(alice, "lab-2"));
  expect(forgetKeptUsers("lab")).toBe(1);
  expect(forgetKeptUsers("lab")).toBe(0);
  expect(findKeptUser(alice)).toBeUndefined();
  expect(findKeptUser({ ...alice, lab: "other" })).toBeDefined();
});

it("has an address of its own, the same at every architecture, which no network of the lab has", () => {
  const addressOf = (name: string, architecture = "cookie.memory") =>
    newKeptUser({ name, architecture }, "lab-1").address;
  expect(addressOf("alice", "ip-hash.redis")).toBe(addressOf("alice"));
  const addresses = Array.from({ length: 300 }, (_, index) => addressOf(`user-${index}`));
  expect(new Set(addresses).size).toBeGreaterThan(295);
  expect(addresses.filter((address) => !/^1(1[6-9]|2[0-3])\.\d+\.\d+\.7$/.test(address))).toEqual([]);
});

it("brings a secret that nobody else has", () => {
  expect(newKeptUser(alice, "lab-1").nonce).not.toBe(newKeptUser(alice, "lab-1").nonce);
});
