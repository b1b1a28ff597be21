/**
 * The promise of CONTRIBUTING.md: a fault is one file, and whatever it does, everything that heals undoes it by that file. A copy of the
 * package gets one whose effect no look at the lab finds.
 */
import { once } from "node:events";
import { rmSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { engineAddress, isDamaged, readRecord, recordPath } from "../record/record.ts";
import { execIn } from "../subject/deployment.ts";
import { docker, processes } from "../testing/engine-inventory.ts";
import { copyPackage } from "../testing/package-copy.ts";
import { labCommand } from "../testing/run-lab.ts";
import { seenInTime } from "../testing/seen-in-time.ts";
import type { Lab } from "./identity/lab.ts";
import { labDeployment } from "./lab-deployment.ts";
import { LabEngine } from "./lab-engine.ts";
import { findLab } from "./start-lab.ts";

const name = "test-record";
const copy = copyPackage();
const command = labCommand({ name, root: copy.root });
const engine = new LabEngine();
let lab: Lab;

/** As the build makes it of a file in cli/faults. */
const litter = `import { defineFault } from "../servers/fault.js";

export default defineFault("litter", {
  experience: "somebody leaves a file about, which nobody minds",
  effect: {},
  inject: (service) => service.exec(["touch", "/dev/shm/broken"]),
  heal: (service) => service.exec(["rm", "-f", "/dev/shm/broken"]),
  engineShows: ({ state }) => state.running,
  isFelt: ({ feeling }) => feeling.answers,
});
`;

const scenario = `import litter from "../faults/litter.js";
import { defineScenario } from "../theory/scenario.js";
import * as steps from "../theory/steps.js";

export default defineScenario({
  title: "Somebody leaves a file about",
  question: "A file lies about on two app servers. Who is still logged in?",
  matters: "It does not.",
  advice: "Tidy up.",
  architectures: { policies: ["cookie"], stores: ["memory"] },
  next: { scenario: "login", toSee: "the same without it" },
  steps: [
    ...steps.everyoneSettlesIn(),
    steps.inject(litter("app1"), litter("app2")),
    steps.everyoneBrowses({ forMs: 120_000 }),
    steps.healEverything(),
    steps.everyoneChecksIn(),
  ],
  expect: () => ({ fate: "survived", because: "a file more harms nobody" }),
});
`;

beforeAll(async () => {
  copy.write("dist/cli/faults/litter.js", litter);
  copy.write("dist/cli/scenarios/littered.js", scenario);
  await command.up();
  lab = (await findLab(name, engine))!;
});
afterEach(async () => {
  expect(await littered()).toEqual([]);
  expect(onRecord()).toEqual([]);
});
afterAll(async () => {
  await command.run(["down"]);
  command[Symbol.dispose]();
  copy[Symbol.dispose]();
});

/** The app servers on which the file is. */
async function littered(): Promise<string[]> {
  const look = async (service: string) => {
    const at = { service, deployment: labDeployment(lab, engine) };
    return (await execIn(at, ["ls", "/dev/shm"])).includes("broken") ? [service] : [];
  };
  return (await Promise.all(["app1", "app2", "app3"].map(look))).flat();
}

/** Whatever is on record and not healed. */
function onRecord(): string[] {
  const record = readRecord(join(command.home, "labs", basename(recordPath({ name, engine: engineAddress() }))));
  return record && !isDamaged(record) ? record.unhealed.map(({ kind, target }) => `${kind} ${target}`) : [];
}

const litterAt = async (...services: string[]) => {
  for (const service of services)
    expect(await command.run(["fault", "litter", service])).toMatchObject({ exitCode: 0 });
};

describe("a fault of one file, whose effect no look finds, is healed", () => {
  it("by `lab heal`, which says by what it was broken", async () => {
    await litterAt("app1", "app3");
    expect(await littered()).toEqual(["app1", "app3"]);
    const { stdout, exitCode } = await command.run(["heal"]);
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringMatching(
        /^app3 was broken by litter: healed\napp1 was broken by litter: healed\nEverything answers again/,
      ),
    ]);
    expect((await command.run(["heal"])).stdout).toBe("There is nothing to heal.");
  });

  it("by `lab heal SERVICE` at that service, which names what is left", async () => {
    await litterAt("app1", "app2");
    const { stdout, stderr } = await command.run(["heal", "app2"]);
    expect(stdout).toMatch(/^app2 was broken by litter: healed\napp2 answers again/);
    expect(stderr).toContain(`app1 is still broken by litter; \`lab heal --name ${name}\` mends all.`);
    expect(await littered()).toEqual(["app1"]);
    expect(await command.run(["heal", "app1"])).toMatchObject({ exitCode: 0 });
  });

  it("by `lab heal` also where the service has died since", async () => {
    await litterAt("app2");
    await docker("kill", `session-lab-${name}-app2-1`);
    const { stdout, exitCode } = await command.run(["heal"]);
    expect([exitCode, stdout]).toEqual([
      0,
      expect.stringContaining("app2 was not running, exit code 137: started\napp2 was broken by litter: healed\n"),
    ]);
  });

  it("by `lab reset`", async () => {
    await litterAt("app1", "app2");
    expect(await command.run(["reset"])).toMatchObject({ exitCode: 0 });
  });

  it("by the button of the live page, and when the page ends", async () => {
    const page = command.start(["watch", "--users", "1", "--store", "memory", "--no-open"]);
    const [first] = (await once(page.stdout!, "data")) as [Buffer];
    const url = new URL(String(first).trim());
    const press = async (wish: object) => {
      const headers = { origin: url.origin, "content-type": "application/json" };
      return (await fetch(`${url}act`, { method: "POST", headers, body: JSON.stringify(wish) })).json();
    };
    for (const service of ["app1", "app3"])
      expect(await press({ do: "fault", kind: "litter", service })).toMatchObject({ ok: true });
    expect(await press({ do: "heal", service: "app3" })).toEqual({
      ok: true,
      says: "app3 was broken by litter: healed",
    });
    expect(await littered()).toEqual(["app1"]);
    page.kill("SIGINT");
    await page;
  });

  describe("after a kill -9 of the run that injected it", () => {
    const killedRun = async () => {
      const run = command.start(["scenario", "littered", "--users", "3"]);
      const isThere = async () => (await littered()).join();
      await seenInTime("the files", { look: isThere, until: (seen) => seen === "app1,app2", deadlineMs: 60_000 });
      expect(onRecord()).toEqual(["litter app1", "litter app2"]);
      // In an object: a promise would be waited for.
      return { run };
    };

    it("by its watchdog", async () => {
      const { run } = await killedRun();
      run.kill("SIGKILL");
      await run;
      const look = async () => [...onRecord(), ...(await processes(command.home))].join();
      await seenInTime("the end of the watchdog", { look, until: (left) => left === "", deadlineMs: 60_000 });
    });

    it("by the next command, where the watchdog died with it", async () => {
      const { run } = await killedRun();
      const [line] = await processes(command.home, "pid,args").then((lines) =>
        lines.filter((each) => each.includes("watchdog")),
      );
      // The run would start another one.
      process.kill(run.pid!, "SIGSTOP");
      process.kill(Number.parseInt(line!, 10), "SIGKILL");
      run.kill("SIGKILL");
      await run;
      expect(await littered()).toEqual(["app1", "app2"]);
      const { stderr } = await command.run(["runs"]);
      expect(stderr).toBe(`lab: put right what a command that died had begun in the lab "${name}"`);
    });
  });
});

it("a lab that is broken on record is none to measure on", async () => {
  await litterAt("app1");
  const { stderr, exitCode } = await command.run(["scenario", "login", "--users", "3"]);
  expect([exitCode, stderr]).toEqual([
    3,
    expect.stringContaining(`The lab "${name}" is not well: app1 is broken by litter.`),
  ]);
  expect(await command.run(["heal"])).toMatchObject({ exitCode: 0 });
});

it("another application's keys are on record, and gone after `lab heal`", async () => {
  expect(await command.run(["fault", "fill", "redis"])).toMatchObject({ exitCode: 0 });
  const { stdout } = await command.run(["heal"]);
  expect(stdout).toMatch(/^redis was broken by fill: healed\n/);
  const at = { service: "redis", deployment: labDeployment(lab, engine) };
  expect(await execIn(at, ["redis-cli", "DBSIZE"])).toBe("0\n");
});

it("a fault that only a server with copies can have, or only Redis, is refused elsewhere", async () => {
  const { stderr, exitCode } = await command.run(["fault", "hold-copies", "redis"]);
  expect([exitCode, stderr]).toEqual([64, expect.stringContaining('"hold-copies" would hit nothing: no replica')]);
  expect((await command.run(["fault", "save", "app1"])).stderr).toContain(
    '"save" would hit nothing: app1 is no Redis server.',
  );
});

it("a kind whose file is gone is named, and what shows of it is mended", async () => {
  await litterAt("app1");
  rmSync(join(copy.root, "dist/cli/faults/litter.js"));
  rmSync(join(copy.root, "dist/cli/scenarios/littered.js"));
  const says = 'app1 was broken by "litter", which this version of the lab does not know: looked at';
  expect((await command.run(["heal"])).stdout).toMatch(new RegExp(`^${says}\nEverything answers again`));
  await docker("exec", `session-lab-${name}-app1-1`, "rm", "/dev/shm/broken");
});
