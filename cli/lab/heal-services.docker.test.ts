/** What `lab heal` and `lab status` say is true on real servers: healed means usable, and what cannot be mended is said in words. */

import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { named, sparesAmong } from "../history/services.ts";
import type { LabStatus } from "../report/lab-status.ts";
import { masterOf } from "../servers/server-groups.ts";
import { execIn } from "../subject/deployment.ts";
import type { Place } from "../subject/site.ts";
import { docker } from "../testing/engine-inventory.ts";
import { fatesOf, labCommand } from "../testing/run-lab.ts";
import { loadStores } from "../theory/stores.ts";
import { waitUntil } from "../wait.ts";
import { findAilments } from "./ailments.ts";
import type { Lab } from "./identity/lab.ts";
import { openLabAccess } from "./lab-access.ts";
import { labDeployment } from "./lab-deployment.ts";
import { LabEngine } from "./lab-engine.ts";
import { ownServices } from "./own-services.ts";
import { findLab } from "./start-lab.ts";

const appServers = named(ownServices, "app-server");
const spareServers = sparesAmong(ownServices);

const name = "test-heal";
const command = labCommand({ name });
const engine = new LabEngine();
let lab: Lab;
beforeAll(async () => {
  await command.up(["--with", "postgres,redis-sentinel,redis-cluster,spare"]);
  lab = (await findLab(name, engine))!;
});
afterAll(async () => {
  await command.run(["down"]);
  command[Symbol.dispose]();
});

const on = () => labDeployment(lab, engine);
const shell = (service: string, script: string) => execIn({ deployment: on(), service }, ["sh", "-c", script]);
const redis = (service: string, ...words: string[]) => execIn({ deployment: on(), service }, ["redis-cli", ...words]);
const heal = () => command.run(["heal"]);

it("nothing is ill right after the start, nor while a server saves", async () => {
  expect(await findAilments(lab, engine)).toEqual([]);
  await shell("redis-rdb", "for i in $(seq 600); do echo SET key:$i x; done | redis-cli");
  // A minute, for as long as a look at everything may take; what follows ends it.
  await redis("redis-rdb", "CONFIG", "SET", "rdb-key-save-delay", "100000");
  await redis("redis-rdb", "BGSAVE");
  expect([await findAilments(lab, engine), await redis("redis-rdb", "INFO", "persistence")]).toEqual([
    [],
    expect.stringContaining("rdb_bgsave_in_progress:1"),
  ]);
  await redis("redis-rdb", "CONFIG", "SET", "rdb-key-save-delay", "0");
  await redis("redis-rdb", "FLUSHALL");
});

/**
 * A crowd that finds one connection each makes its app servers open the others all at once, and a busy machine takes longer for so
 * many than an app server waits (`timeout expired`).
 */
it("heal says that all answers when each app server has opened every connection to a database that it may have", async () => {
  await command.run(["fault", "kill", "postgres"]);
  expect(await heal()).toMatchObject({ exitCode: 0 });
  const { databases } = JSON.parse((await command.run(["status", "--json"])).stdout) as LabStatus;
  expect(databases).toMatchObject([
    { service: "postgres", connections: 10 * (appServers.length + spareServers.length) },
  ]);
});

describe("the next run has a baseline for everybody", () => {
  const login = (store: string) =>
    command.json(["scenario", "login", "--policy", "cookie", "--store", store, "--users", "60"]);
  /** So many come to each app server at once that it needs all the connections to a database that it may have. */
  const crowd = async (store: string) => {
    const { transport, door } = openLabAccess(lab, engine);
    const places = appServers.flatMap((appServer) => Array(30).fill({ appServer, store }) as Place[]);
    const replies = places.map(async (place) =>
      transport.send({ ...(await door.to(place)), method: "GET", path: "/whoami", headers: {}, connection: "fresh" }),
    );
    const answers = (await Promise.all(replies)).map((reply) => (reply.answered ? `${reply.status}` : reply.reason));
    await transport.close();
    return [...new Set(answers)];
  };
  /** Nobody hears of its death: as when the machine goes, or the way to it before. */
  const silently = async (service: string) => {
    await engine.disconnect(lab, service);
    await on()
      .containerOf(service)
      .then((container) => container.kill());
  };
  const byFault = (kind: string) => async (service: string) => {
    expect(await command.run(["fault", kind, service])).toMatchObject({ exitCode: 0 });
  };

  it.each([
    ["postgres", "lab fault kill", byFault("kill")],
    ["postgres", "lab fault partition", byFault("partition")],
    ["postgres", "a death of which nobody hears", silently],
    ["redis-aof", "lab fault kill", byFault("kill")],
    ["redis-aof", "lab fault partition", byFault("partition")],
    ["redis-sentinel", "lab fault kill", byFault("kill")],
    ["redis-sentinel", "lab fault partition", byFault("partition")],
    ["redis-cluster", "lab fault kill", byFault("kill")],
    ["redis-cluster", "lab fault partition", byFault("partition")],
  ])("of %s, after %s and lab heal", async (id, _, breakIt) => {
    const store = loadStores().find((each) => each.id === id)!;
    await login(id);
    await crowd(id);
    await breakIt((await masterOf(store, on())) ?? store.server!);
    const healed = await heal();
    expect([healed.exitCode, healed.stdout]).toEqual([0, expect.stringMatching(/Everything answers again/)]);
    expect(await crowd(id)).toEqual(["200"]);
    const { result } = await login(id);
    expect([result.verdict, ...fatesOf(result)]).toEqual(["confirmed", `cookie.${id}: 60 survived`]);
  });
});

describe("a Redis server that cannot save", () => {
  const failToSave = async (service: string) => {
    await redis(service, "BGSAVE");
    const { ok } = await waitUntil({
      look: () => redis(service, "INFO", "persistence"),
      until: (said) => said.includes("rdb_last_bgsave_status:err"),
      deadlineMs: 20_000,
    });
    expect(ok).toBe(true);
  };
  const status = async (service: string) => {
    const { stdout } = await command.run(["status", "--json"]);
    return (JSON.parse(stdout) as LabStatus).redis.find((server) => server.service === service);
  };
  /** As root, and of the volume: no process of the lab may do that. */
  const giveFolderTo = async (user: number) => {
    const { image } = await engine.madeFrom(lab, "redis-rdb");
    const volume = `${lab.project}_redis-rdb:/data`;
    await docker("run", "--rm", "--user", "0", "--volume", volume, "--entrypoint", "chown", image, `${user}`, "/data");
  };

  it("because it lost the right: status says so and that it refuses writes, and heal gives it back", async () => {
    await shell("redis-rdb", "chmod 0500 /data");
    await failToSave("redis-rdb");
    expect(await status("redis-rdb")).toMatchObject({
      lastSaveOk: false,
      couldNot: ["save"],
      because: "it has no right to write in /data",
      refusesWrites: "its last save failed (stop-writes-on-bgsave-error)",
    });
    const { stdout } = await command.run(["status"]);
    expect(stdout).toContain("redis-rdb could not save: it has no right to write in /data.");
    expect(stdout).toContain("redis-rdb refuses writes: its last save failed (stop-writes-on-bgsave-error).");
    const healed = await heal();
    expect([healed.exitCode, healed.stdout]).toEqual([
      0,
      expect.stringMatching(
        /^redis-rdb was unable to save \(it has no right to write in \/data; writes are refused\): saves again\nEverything answers again/,
      ),
    ]);
    expect(await status("redis-rdb")).toMatchObject({ lastSaveOk: true, couldNot: [], changedSettings: [] });
    expect(await redis("redis-rdb", "SET", "key", "x")).toBe("OK\n");
    expect((await heal()).stdout).toBe("There is nothing to heal.");
  });

  it("because it lost the right: reset mends it, too", async () => {
    await shell("redis-rdb", "chmod 0500 /data");
    await failToSave("redis-rdb");
    expect(await command.run(["reset"])).toMatchObject({ exitCode: 0 });
    expect(await findAilments(lab, engine)).toEqual([]);
  });

  it("because the folder is somebody else's: heal says who can mend it, in words", async () => {
    await giveFolderTo(0);
    try {
      await failToSave("redis-rdb");
      const { exitCode, stderr } = await heal();
      expect(exitCode).toBe(3);
      expect(stderr).toContain("redis-rdb cannot save: /data belongs to user 0, and it runs as user 999.");
      expect(stderr).toContain("Give /data back to user 999, then run `lab heal --name test-heal` again.");
      expect(stderr).not.toMatch(/internal error|redis-cli/);
    } finally {
      await giveFolderTo(999);
    }
    expect(await heal()).toMatchObject({ exitCode: 0 });
  });

  it("because its disk is full: heal says that, and mends whatever else is ill", async () => {
    await shell("redis", "dd if=/dev/zero of=/data/full bs=1M count=32");
    await failToSave("redis");
    await command.run(["fault", "kill", "app1"]);
    const { exitCode, stdout, stderr } = await heal();
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining("redis cannot save: the disk of /data is full.")]);
    expect(stderr).toContain("Make room there, then run `lab heal --name test-heal` again.");
    expect(stdout).toContain("app1 was not running, exit code 137: started\n");
    await shell("redis", "rm /data/full");
    expect((await heal()).stdout).toMatch(
      /^redis was unable to save \(nothing keeps it from writing in \/data now\): saves again\nEverything/,
    );
  });
});

describe("a Redis server that is set otherwise", () => {
  it("by `lab fault refuse-writes`: status and heal say what, and heal puts it back", async () => {
    await command.run(["fault", "refuse-writes", "redis-aof"]);
    const { stdout } = await command.run(["status"]);
    expect(stdout).toMatch(/redis-aof refuses writes: its memory is full \(\d+ of \d+ bytes, noeviction\)\./);
    expect((await heal()).stdout).toMatch(
      /^redis-aof was set otherwise than in compose\.yaml \(maxmemory \d+, maxmemory-samples 64; writes are refused\): settings put back\n/,
    );
    expect((await heal()).stdout).toBe("There is nothing to heal.");
  });

  it("by another application's keys: heal removes them, on a server of a cluster, too, which removes no two at once", async () => {
    for (const service of ["redis", "redis-c1"]) {
      expect(await command.run(["fault", "fill", service])).toMatchObject({ exitCode: 0 });
      expect((await heal()).stdout).toMatch(new RegExp(`^${service} was broken by fill: healed\n`));
      expect(await redis(service, "--scan", "--pattern", "another-application:*")).toBe("");
    }
  });

  it("so that nobody may set it back: heal says what was asked, and what was answered", async () => {
    await redis("redis", "ACL", "SETUSER", "default", "-acl");
    const { exitCode, stderr } = await heal();
    expect(exitCode).toBe(3);
    expect(stderr).toMatch(/redis was asked `ACL SETUSER default \+@all` and answered: NOPERM .*acl/);
    expect(stderr).not.toContain("internal error");
    await on()
      .containerOf("redis")
      .then((container) => container.stop());
    expect((await heal()).exitCode).toBe(0);
  });
});
