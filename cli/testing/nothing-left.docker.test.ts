/** Whose port it is that is still open: tests that run beside each other are given each other's ports and subnets. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { anyImage } from "./any-image.ts";
import { docker } from "./engine-inventory.ts";
import { Traces } from "./nothing-left.ts";

const name = "test-whose-port";
/** Where no lab is. */
const [port, prefix] = ["18080", "10.213.99"];

let home: string;
let traces: Traces;
let proxy: ChildProcess;
beforeEach(async () => {
  home = mkdtempSync(join(tmpdir(), "whose-port-"));
  traces = new Traces({ name, home, decoys: { names: [], pid: 0 } });
  mkdirSync(join(home, "labs"));
  writeFileSync(join(home, "labs", "any.jsonl"), `{"type":"starting","port":${port},"subnetPrefix":"${prefix}"}\n`);
  // The engine opens a port before it says that the container runs.
  proxy = spawn("sleep", ["infinity"], {
    argv0: `docker-proxy -host-port ${port} -container-ip ${prefix}.10 -`,
    stdio: "ignore",
  });
  await once(proxy, "spawn");
});
afterEach(async () => {
  proxy.kill("SIGKILL");
  await docker("rm", "--force", "--volumes", name);
  rmSync(home, { recursive: true });
});

it.each([
  ["left when it is the lab's own", name, [`port -host-port ${port}`]],
  ["left when the lab is gone", undefined, [`port -host-port ${port}`]],
  ["no concern of this lab when another has been given the same port and subnet", "test-whose-port-is-it", []],
])("an open port is %s", async (_, lab, left) => {
  const labels = { lab, port, "subnet-prefix": prefix };
  const options = Object.entries(labels).flatMap(([key, value]) => ["--label", `dev.session-lab.${key}=${value}`]);
  if (lab) await docker("create", "--name", name, ...options, await anyImage(), "sleep", "infinity");
  expect((await traces.left()).filter((line) => line.startsWith("port "))).toEqual(left);
});
