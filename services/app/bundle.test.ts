/** What `npm run build` made of this folder: dist/app. */
import { type ChildProcess, spawn } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { loadStoreFiles } from "./store-files.ts";
import { noServers } from "./testing/no-servers.ts";
import { waitUntil } from "./testing/wait-until.ts";

const DIST = join(import.meta.dirname, "../../dist/app");
const ENV = { APP_SERVER: "app1", SESSION_SECRET: "s", BALANCER_SECRET: "b", PORT: "0", ...noServers() };

let child: ChildProcess | undefined;
let folder = "";
afterEach(async () => {
  child?.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

describe("the bundle", () => {
  test("needs no other file, and has every store of the folder", async () => {
    folder = await mkdtemp(join(tmpdir(), "session-lab-bundle-"));
    await copyFile(join(DIST, "server.cjs"), join(folder, "server.cjs"));
    child = spawn(process.execPath, ["server.cjs"], { cwd: folder, env: { PATH: process.env.PATH, ...ENV } });
    let out = "";
    child.stdout?.on("data", (chunk) => (out += chunk));
    child.stderr?.on("data", (chunk) => (out += chunk));
    const ids = [...(await loadStoreFiles()).keys()].join(", ");
    await waitUntil(`the stores ${ids}`, () => out.includes(`, stores: ${ids}\n`) || new Error(out));
  });

  test("comes with what each store says of itself", async () => {
    const facts = [...(await loadStoreFiles())].map(([id, { open: _, ...facts }]) => ({ id, ...facts }));
    expect(JSON.parse(await readFile(join(DIST, "stores.json"), "utf8"))).toEqual(facts);
  });
});
