import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openEngineLine } from "../testing/cut-off-engine.ts";
import { inventory } from "../testing/engine-inventory.ts";
import { labCommand } from "../testing/run-lab.ts";
import { resolveEndpoint } from "./endpoint.ts";

/** Contexts of its own, beside those of the user. */
let folder: string;
let env: Record<string, string>;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "docker-config-"));
  env = { DOCKER_CONFIG: folder, DOCKER_HOST: "", DOCKER_CONTEXT: "" };
  // Where Compose may be, if it came with no package of the system.
  const plugins = [join(process.env.DOCKER_CONFIG || join(homedir(), ".docker"), "cli-plugins")];
  writeFileSync(join(folder, "config.json"), JSON.stringify({ cliPluginsExtraDirs: plugins }));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Docker's own client, in a folder of settings of its own. */
async function client(args: string[], more: Record<string, string> = {}): Promise<string> {
  return (await execa("docker", args, { env: { ...env, ...more } })).stdout;
}

describe("Docker's client and the lab mean the same engine", () => {
  beforeEach(async () => {
    await client(["context", "create", "one", "--docker", "host=unix:///run/one.sock"]);
    await client(["context", "create", "far", "--docker", "host=ssh://me@box"]);
  });

  it.each<[more: Record<string, string>, current: string]>([
    [{}, "default"],
    [{}, "one"],
    [{}, "far"],
    [{ DOCKER_CONTEXT: "one" }, "far"],
    [{ DOCKER_CONTEXT: "default" }, "one"],
    [{ DOCKER_HOST: "unix:///run/two.sock" }, "one"],
    [{ DOCKER_HOST: "unix:///run/two.sock", DOCKER_CONTEXT: "far" }, "one"],
    [{ DOCKER_HOST: "unix://" }, "one"],
    [{ DOCKER_HOST: " unix:///run/two.sock " }, "one"],
    [{ DOCKER_HOST: "tcp://box:1" }, "one"],
    [{ DOCKER_HOST: "ssh://me@box" }, "one"],
  ])("with %o, and `docker context use %s`", async (more, current) => {
    await client(["context", "use", current]);
    const said = await client(["context", "inspect", "--format", "{{.Endpoints.docker.Host}}"], more);
    expect(resolveEndpoint({ ...env, ...more }).address).toBe(said);
  });

  it("and neither knows one of a context that is gone", async () => {
    await client(["context", "use", "one"]);
    rmSync(join(folder, "contexts"), { recursive: true });
    await expect(client(["version"])).rejects.toThrow('context "one": context not found');
    expect(() => resolveEndpoint(env)).toThrow(`Docker's context "one" does not exist`);
  });
});

it("a lab starts, says its logs and goes on the engine of the context: Compose, API and all", async () => {
  const asked: string[] = [];
  using line = await openEngineLine({ onRequest: (method, path) => asked.push(`${method} ${path}`) });
  using lab = labCommand({ name: "test-context" });
  await client(["context", "create", "line", "--docker", `host=${line.address}`]);
  await client(["context", "use", "line"]);
  const run = async (words: string, more: Record<string, string> = {}) => {
    asked.length = 0;
    return lab.run(words.split(" "), { env: { ...env, ...more } });
  };
  try {
    expect(await run("up")).toMatchObject({ exitCode: 0 });
    // Compose says the version of the API, dockerode does not.
    expect(asked).toContainEqual(expect.stringMatching(/^POST \/v[\d.]+\/containers\/create/));
    expect(asked).toContain("GET /version");

    expect((await run("doctor")).stdout).toContain(` at ${line.address}, by context "line" (docker context use)`);
    expect((await run("logs app1")).exitCode).toBe(0);
    expect(asked).toContainEqual(expect.stringMatching(/^GET \/v[\d.]+\/containers\/[0-9a-f]+\/logs/));

    line.cut();
    expect(await run("status")).toMatchObject({ exitCode: 3, stderr: expect.stringContaining(line.address.slice(7)) });
    await line.mend();
  } finally {
    const removal = await run("down");
    expect(removal).toMatchObject({ exitCode: 0, stdout: 'The lab "test-context" is removed; nothing is left.' });
  }
  expect(await inventory("test-context")).toEqual([]);
});
