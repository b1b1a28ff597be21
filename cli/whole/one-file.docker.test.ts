import { readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, expect, it } from "vitest";
import { copyPackage } from "../testing/package-copy.ts";
import { fatesOf, labCommand } from "../testing/run-lab.ts";

/**
 * The promise of CONTRIBUTING.md: a store, a policy and a scenario are one file each, and then they are everywhere. A copy of the
 * package gets one of each, and nothing else in it is edited.
 */
const copy = copyPackage({ withSources: true });
const lab = labCommand({ name: "test-one-file", root: copy.root });

const policy = `# random: each request goes to an app server drawn by lot.
#
# What the lab's theory reads from this file:
#   affinity: none

upstream by-lot {
    random;
    server app1:3000 max_fails=1 fail_timeout=2s;
    server app2:3000 max_fails=1 fail_timeout=2s;
    server app3:3000 max_fails=1 fail_timeout=2s;
}

server {
    listen 8080;
    server_name ~^by-lot\\.(?<store>[a-z0-9-]+)\\.localhost$;
    set $policy by-lot;
    location / {
        include proxy.conf;
        proxy_pass http://by-lot;
    }
}
`;

const store = `import { openRedisSessionStore } from "../redis-session-store.ts";
import { defineStore } from "../store.ts";

export default defineStore({
  title: "The same Redis by another name",
  what: "A session lives in the Redis without persistence.",
  livesIn: "server",
  server: "redis",
  persistence: "none",
  open: (context) => openRedisSessionStore("redis", context),
});
`;

const scenario = `import stop from "../faults/stop.ts";
import * as words from "../scenario.ts";

export default words.defineScenario({
  title: "Two app servers stop at once",
  question: "Two of three app servers get SIGTERM at the same moment. Who is still logged in?",
  matters: "One server may be left.",
  advice: "Keep sessions elsewhere.",
  architectures: { policies: "all", stores: "all" },
  next: { scenario: "server-crash", toSee: "whether it makes a difference that they were told" },
  steps: [
    words.everyoneLogsIn(),
    words.everyoneShops(),
    words.everyoneReadsBack(),
    words.inject(stop("app1"), stop("app3")),
    words.everyoneBrowses({ forMs: 500 }),
    words.healEverything(),
    words.everyoneChecksIn(),
  ],
  expect: ({ store, home }) =>
    store.livesIn === "app-server" && home !== "app2"
      ? { fate: "lost", because: "the session lived in the memory of a process that ended" }
      : { fate: "survived", because: "nothing that holds the session was touched" },
});
`;

beforeAll(async () => {
  copy.write("nginx/policies/by-lot.conf", policy);
  copy.write("services/app/stores/same-redis.ts", store);
  copy.write("cli/scenarios/two-stop.ts", scenario);
  await inCopy("npm", "run", "build");
});

afterAll(async () => {
  await lab.run(["down"]);
  lab[Symbol.dispose]();
  copy[Symbol.dispose]();
});

it("the scenario runs on the architectures of the new policy and the new store, and comes out as its file says", async () => {
  const { result, exitCode } = await lab.json([
    ...["scenario", "two-stop", "--users", "6"],
    ...["--policy", "by-lot,cookie", "--store", "same-redis,memory"],
  ]);

  expect(fatesOf(result)).toEqual([
    "by-lot.memory: 6 unstable",
    "by-lot.same-redis: 6 survived",
    "cookie.memory: 2 survived, 4 lost",
    "cookie.same-redis: 6 survived",
  ]);
  expect(exitCode).toBe(0);
});

it.each([
  ["scenario", "two-stop"],
  ["policy", "by-lot"],
  ["store", "same-redis"],
])("the list, the completion and the explanation know the %s %s", async (kind, id) => {
  const explained = await lab.run(["explain", id]);
  expect(explained).toMatchObject({ exitCode: 0 });
  expect(explained.stdout).toContain(id);

  const line =
    kind === "scenario" ? ["scenario", id.slice(0, -1)] : ["scenario", "login", `--${kind}`, id.slice(0, -1)];
  expect((await lab.run(["complete", "--", ...line])).stdout).toContain(id);

  if (kind === "scenario") expect((await lab.run(["scenario", "--list"])).stdout).toContain(id);
  else expect((await lab.run(["scenario", "login", `--${kind}`, "no-such"])).stderr).toContain(id);
});

it("the README's tables have them", async () => {
  await inCopy("npx", "tsx", "scripts/docs.ts");
  const readme = readFileSync(join(copy.root, "README.md"), "utf8");
  for (const id of ["two-stop", "by-lot", "same-redis"]) expect(readme).toContain(`| \`${id}\` |`);
});

it.each([
  ["services/app/store-contract.docker.test.ts", "same-redis"],
  ["cli/whole/policies.docker.test.ts", "by-lot"],
  ["cli/theory/scenarios.test.ts", "two-stop"],
])("%s tests %s", async (file, id) => {
  expect(await inCopy("npx", "vitest", "list", file)).toContain(id);
});

async function inCopy(command: string, ...args: string[]): Promise<string> {
  // A suite that is only listed makes its folders all the same, and does not remove them.
  return (await execa(command, args, { cwd: copy.root, stdin: "ignore", env: { TMPDIR: copy.root } })).stdout;
}
