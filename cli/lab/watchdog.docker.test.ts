/** The lab is built anew, or another version of it is installed, while a command is at work; then the command dies. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { docker } from "../testing/engine-inventory.ts";
import { hangMs } from "../testing/engine-pace.ts";
import { Traces } from "../testing/nothing-left.ts";
import { copyPackage, type PackageCopy } from "../testing/package-copy.ts";
import { type LabCommand, labCommand } from "../testing/run-lab.ts";
import { seenInTime } from "../testing/seen-in-time.ts";

const name = "test-watchdog";
const small = ["--users", "1", "--policy", "cookie", "--store", "memory"];

let copy: PackageCopy;
let lab: LabCommand;
let traces: Traces;
beforeEach(() => {
  copy = copyPackage();
  lab = labCommand({ name, root: copy.root });
  traces = new Traces({ name, home: lab.home, decoys: { names: [], pid: 0 } });
});
afterEach(async () => {
  // The lab that stays, and what is left after a test that failed; by the package itself, because the copy has lost its parts, and
  // with a state folder of its own, so that it cannot tell who uses the lab.
  using whole = labCommand({ name });
  await whole.run(["down", "--force"]);
  lab[Symbol.dispose]();
  copy[Symbol.dispose]();
});

it("removes what the command had started, though nothing of the code is on disk any more", async () => {
  const run = lab.start(["scenario", "server-freeze", ...small]);
  await seen("frozen", () => containers("paused"));
  rmSync(join(copy.root, "dist"), { recursive: true });
  run.kill("SIGKILL");
  await run;
  expect((await traces.nothingLeft()).left).toEqual([]);
});

it("heals what the command had broken in a lab that stays", async () => {
  await lab.up();
  const run = lab.start(["scenario", "server-freeze", ...small]);
  await seen("frozen", () => containers("paused"));
  rmSync(join(copy.root, "dist/cli"), { recursive: true });
  rmSync(join(copy.root, "dist/app/stores.json"));
  run.kill("SIGKILL");
  await run;
  await seen("healed", async () => traces.record().filter((type) => type === "healed"));
  expect(await containers("paused")).toEqual([]);
});

async function seen(what: string, look: () => Promise<string[]>): Promise<void> {
  await seenInTime(what, { look, until: (found) => found.length > 0, deadlineMs: hangMs });
}

async function containers(status: "paused"): Promise<string[]> {
  const filters = ["--filter", `label=dev.session-lab.lab=${name}`, "--filter", `status=${status}`];
  return docker("ps", "--all", ...filters, "--format", "{{.Names}}");
}
