import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import getPort, { portNumbers } from "get-port";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import type { HistoryEvent } from "../history/events.ts";
import { docker, inventory } from "../testing/engine-inventory.ts";
import { hangMs } from "../testing/engine-pace.ts";
import { copyPackage } from "../testing/package-copy.ts";
import { fatesOf, labCommand } from "../testing/run-lab.ts";
import { seenInTime } from "../testing/seen-in-time.ts";

const lab = labCommand({ name: "test-life" });
const small = ["--users", "3", "--policy", "cookie", "--store", "memory"];

afterEach(async () => {
  await lab.run(["down"]);
});

afterAll(() => {
  lab[Symbol.dispose]();
});

describe("up and down", () => {
  it("prints a URL for each architecture, says it again when asked twice, and down leaves nothing", async () => {
    const first = await lab.run(["up"]);
    expect(first).toMatchObject({ exitCode: 0 });
    expect(first.stdout).toContain("http://cookie.redis-aof.localhost:");
    const containers = await docker("ps", "-q", "--filter", "label=dev.session-lab.lab=test-life");

    const second = await lab.run(["up"]);
    expect(second).toMatchObject({ exitCode: 0, stdout: first.stdout });
    expect(await docker("ps", "-q", "--filter", "label=dev.session-lab.lab=test-life")).toEqual(containers);

    expect(await lab.run(["down"])).toMatchObject({
      exitCode: 0,
      stdout: 'The lab "test-life" is removed; nothing is left.',
    });
    expect(await inventory("test-life")).toEqual([]);
    expect(await lab.run(["down"])).toMatchObject({ exitCode: 0, stdout: 'There is no lab "test-life".' });
  });

  it("up brings a lab back to life in which something is dead, frozen or cut off", async () => {
    await lab.up();
    await docker("kill", "session-lab-test-life-app1-1");
    await docker("pause", "session-lab-test-life-app2-1");
    await docker("network", "disconnect", "session-lab-test-life_lab", "session-lab-test-life-app3-1");

    await lab.up();

    const { stdout } = await lab.run(["status", "--json"]);
    const { services } = JSON.parse(stdout) as {
      services: { service: string; running: boolean; paused: boolean; attached: boolean }[];
    };
    expect(services.filter(({ running, paused, attached }) => !running || paused || !attached)).toEqual([]);
  });

  it("a lab whose balancer is down keeps its port: another lab takes another one", async () => {
    const portIn = (said: string) => /cookie\.memory\.localhost:(\d+)\//.exec(said)?.[1];
    using other = labCommand({ name: "test-life-other" });
    const first = portIn((await lab.up()).stdout);
    await docker("kill", "session-lab-test-life-nginx-1");
    try {
      expect(portIn((await other.up()).stdout)).not.toBe(first);
      expect(await lab.run(["heal"])).toMatchObject({ exitCode: 0 });
    } finally {
      await other.run(["down"]);
    }
  });

  it("a scenario starts a lab again whose containers are all stopped, as after a restart of the engine", async () => {
    // A port that nobody takes while this lab is stopped: no other lab (8080 and on), and no connection (32768 and on).
    await lab.up(["--port", String(await getPort({ host: "127.0.0.1", port: portNumbers(18_100, 18_900) }))]);
    await docker("kill", ...(await docker("ps", "-q", "--filter", "label=dev.session-lab.lab=test-life")));

    const few = ["--policy", "cookie", "--store", "memory,redis", "--users", "3"];
    const { exitCode, result, stderr } = await lab.json(["scenario", "login", ...few]);

    expect(fatesOf(result)).toEqual(["cookie.memory: 3 survived", "cookie.redis: 3 survived"]);
    expect(stderr).toContain('the lab "test-life" is stopped: starting it again');
    expect(exitCode).toBe(0);
  });
});

describe("what keeps a lab from starting leaves nothing behind", () => {
  it("a taken --port", async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen({ port: 0, host: "127.0.0.1" }, resolve));
    const { port } = server.address() as { port: number };
    try {
      const { exitCode, stderr } = await lab.run(["scenario", "login", "--port", String(port)]);
      expect(stderr).toContain(`Port ${port} on 127.0.0.1 is taken.`);
      expect(exitCode).toBe(3);
    } finally {
      server.close();
    }
    expect(await inventory("test-life")).toEqual([]);
  });

  it("an image that is not there", async () => {
    const { exitCode, stderr } = await lab.run(["up"], { env: { LAB_REDIS_IMAGE: "no/such:image" } });
    expect(stderr).toContain("The image for redis is not on this machine: no/such:image.");
    expect(stderr).toContain("lab images build");
    expect(exitCode).toBe(3);
    expect(await inventory("test-life")).toEqual([]);
  });

  it("Compose missing", async () => {
    // A PATH on which there is no `docker` command at all; the engine itself answers.
    const { exitCode, stderr } = await lab.run(["up"], { env: { PATH: "/nonexistent" } });
    expect(stderr).toContain("Docker Compose is missing");
    expect(exitCode).toBe(3);
    expect(await inventory("test-life")).toEqual([]);
  });

  it("a policy file that nginx does not understand: said at once, with nginx's own words", async () => {
    using copy = copyPackage();
    copy.write("nginx/policies/broken.conf", "#   affinity: none\nupstream broken { this is no directive; }\n");
    using broken = labCommand({ name: "test-life", root: copy.root });
    const { exitCode, stderr } = await broken.run(["up"]);
    expect(stderr).toContain("The service nginx ended with exit code 1:");
    expect(stderr).toContain('unknown directive "this"');
    expect(exitCode).toBe(3);
    expect(await inventory("test-life")).toEqual([]);
  });
});

describe("Ctrl-C in the middle of a run", () => {
  it("heals, removes what the command started, writes the partial result and exits with 130", async () => {
    const run = lab.start(["scenario", "server-crash", ...small, "--json"]);
    await seenInTime("the fault to be confirmed", {
      look: async () => faultStates(lab.home),
      until: (seen) => seen.includes("confirmed"),
      deadlineMs: hangMs,
    });

    run.kill("SIGINT");
    const { exitCode, stdout } = await run;

    expect(exitCode).toBe(130);
    expect(faultStates(lab.home)).toContain("healed");
    const result = JSON.parse(String(stdout)) as { verdict: string; run: { complete: boolean; id: string } };
    expect(result).toMatchObject({ verdict: "inconclusive", run: { complete: false }, leftovers: [] });
    expect(existsSync(join(lab.home, "runs", result.run.id, "result.json"))).toBe(true);
    expect(await inventory("test-life")).toEqual([]);
  });

  it("leaves a lab that it did not start running and well", async () => {
    await lab.up();
    const before = await inventory("test-life");
    const runsBefore = readdirSync(join(lab.home, "runs")).length;
    const run = lab.start(["scenario", "server-crash", ...small]);
    await seenInTime("the fault to be confirmed", {
      look: async () => (readdirSync(join(lab.home, "runs")).length > runsBefore ? faultStates(lab.home) : []),
      until: (seen) => seen.includes("confirmed"),
      deadlineMs: hangMs,
    });

    run.kill("SIGTERM");

    expect((await run).exitCode).toBe(143);
    expect(await inventory("test-life")).toEqual(before);
    const running = await docker(
      "ps",
      "-q",
      "--filter",
      "label=dev.session-lab.lab=test-life",
      "--filter",
      "status=running",
    );
    expect(running).toHaveLength(9);
  });
});

/** States of the faults in the newest run's history. */
function faultStates(home: string): string[] {
  const runs = join(home, "runs");
  const newest = existsSync(runs) ? readdirSync(runs).sort().at(-1) : undefined;
  // The folder is there a moment before its history is.
  if (newest === undefined || !existsSync(join(runs, newest, "history.jsonl"))) return [];
  const lines = readFileSync(join(runs, newest, "history.jsonl"), "utf8").split("\n");
  return lines
    .filter((line) => line.startsWith('{"type":"fault"') && line.endsWith("}"))
    .map((line) => (JSON.parse(line) as Extract<HistoryEvent, { type: "fault" }>).state);
}
