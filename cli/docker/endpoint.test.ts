import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { recordPath } from "../record/record.ts";
import { makeContext } from "../testing/docker-context.ts";
import { clientEnvironment, describeEndpoint, localEndpoint, resolveEndpoint } from "./endpoint.ts";

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "endpoint-")));
  makeContext({ folder, name: "one", host: "unix:///run/one.sock" });
  makeContext({ folder, name: "far", host: "ssh://me@box" });
  makeContext({ folder, name: "bare", host: undefined });
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.unstubAllEnvs();
});

/** As `docker context use` leaves it. */
function use(context: string): void {
  writeFileSync(join(folder, "config.json"), JSON.stringify({ auths: {}, currentContext: context }));
}

/** `address <- source` */
function found(env: NodeJS.ProcessEnv): string {
  const { address, source } = describeEndpoint(resolveEndpoint({ DOCKER_CONFIG: folder, ...env }));
  return `${address} <- ${source}`;
}

describe("an engine is where Docker's client would look for it", () => {
  it.each<[env: NodeJS.ProcessEnv, current: string | undefined, engine: string]>([
    [{}, undefined, "unix:///var/run/docker.sock <- default"],
    [{}, "", "unix:///var/run/docker.sock <- default"],
    [{}, "default", "unix:///var/run/docker.sock <- default"],
    [{}, "one", 'unix:///run/one.sock <- context "one" (docker context use)'],
    [{}, "bare", 'unix:///var/run/docker.sock <- context "bare" (docker context use)'],
    [{ DOCKER_CONTEXT: "one" }, "far", 'unix:///run/one.sock <- context "one" (DOCKER_CONTEXT)'],
    [{ DOCKER_CONTEXT: "default" }, "one", "unix:///var/run/docker.sock <- default"],
    [{ DOCKER_CONTEXT: "" }, "one", 'unix:///run/one.sock <- context "one" (docker context use)'],
    [{ DOCKER_HOST: "unix:///x", DOCKER_CONTEXT: "one" }, "far", "unix:///x <- DOCKER_HOST"],
    [{ DOCKER_HOST: "unix:///x", DOCKER_CONTEXT: "none" }, "none", "unix:///x <- DOCKER_HOST"],
    [{ DOCKER_HOST: "" }, "one", 'unix:///run/one.sock <- context "one" (docker context use)'],
    [{ DOCKER_HOST: " unix:///x " }, undefined, "unix:///x <- DOCKER_HOST"],
    [{ DOCKER_HOST: "unix://" }, undefined, "unix:///var/run/docker.sock <- DOCKER_HOST"],
    [{ DOCKER_HOST: "box" }, undefined, "tcp://box <- DOCKER_HOST"],
    [{ DOCKER_HOST: "tcp://me:secret@box:1" }, undefined, "tcp://***@box:1 <- DOCKER_HOST"],
    [{ DOCKER_HOST: "ssh://me:s/e@c@box" }, undefined, "ssh://***@box <- DOCKER_HOST"],
    [{ DOCKER_TLS_VERIFY: "1" }, undefined, "tcp://localhost:2376 <- DOCKER_TLS_VERIFY"],
    [{ DOCKER_TLS: "1" }, "one", 'unix:///run/one.sock <- context "one" (docker context use)'],
    [{ DOCKER_HOST: "unix:///x", DOCKER_TLS_VERIFY: "1" }, undefined, "unix:///x <- DOCKER_HOST"],
  ])("with %o, and `docker context use %s`", (env, current, engine) => {
    if (current !== undefined) use(current);
    expect(found(env)).toBe(engine);
  });

  it("in ~/.docker, where DOCKER_CONFIG names no other folder", () => {
    makeContext({ folder: join(folder, ".docker"), name: "home", host: "unix:///run/home.sock" });
    expect(found({ DOCKER_CONFIG: "", HOME: folder, DOCKER_CONTEXT: "home" })).toContain("unix:///run/home.sock");
  });

  it("or is not known, where the context does not exist: which one, and what to do", () => {
    use("none");
    expect(() => found({})).toThrow(/^Docker's context "none" does not exist: there is no .*\/meta\.json\.$/);
    expect(() => found({})).toThrow(expect.objectContaining({ id: "context-missing", exit: "environment" }));
    expect(() => found({})).toThrow(expect.objectContaining({ todo: expect.stringContaining("docker context use") }));
    expect(() => found({ DOCKER_CONTEXT: "none" })).toThrow(
      expect.objectContaining({ todo: expect.stringContaining("Unset DOCKER_CONTEXT") }),
    );
  });

  it.each(["{", "null", "{}", '{"Endpoints":{"docker":null}}', '{"Endpoints":{"docker":{"Host":5}}}'])(
    "or is not known, where the context's file is %s",
    (text) => {
      writeFileSync(makeContext({ folder, name: "broken", host: "" }), text);
      const env = { DOCKER_CONTEXT: "broken" };
      expect(() => found(env)).toThrow(/^Docker's context "broken" cannot be read from .*\/meta\.json: /);
      expect(() => found(env)).toThrow(expect.objectContaining({ id: "context-damaged", exit: "environment" }));
    },
  );

  it.each(["{", "[1", '{"currentContext":5}'])("or is not known, where Docker's settings are %s", (text) => {
    writeFileSync(join(folder, "config.json"), text);
    expect(() => found({})).toThrow(`Docker's settings ${folder}/config.json cannot be read: `);
    expect(() => found({})).toThrow(expect.objectContaining({ id: "context-damaged", exit: "environment" }));
    expect(found({ DOCKER_HOST: "unix:///x" })).toBe("unix:///x <- DOCKER_HOST");
  });

  it.each(["", "null", "{}"])("of the machine, where Docker's settings are %s", (text) => {
    writeFileSync(join(folder, "config.json"), text);
    expect(found({})).toBe("unix:///var/run/docker.sock <- default");
  });
});

describe("what is no socket of this machine is refused", () => {
  it.each([
    "tcp://me:secret@127.0.0.1:2375",
    "ssh://me:secret@box",
    "http://box",
    "fd://3",
    "me:secret@box:2375",
    "unix:/run/docker.sock",
    "unix://run/docker.sock",
    "unix://~/docker.sock",
    "UNIX:///run/docker.sock",
    "npipe://pipe",
  ])("%s", (host) => {
    const open = () => localEndpoint({ DOCKER_HOST: host });
    expect(open).toThrow(/^The Docker engine at .* is refused: it is no socket of this machine\. From: DOCKER_HOST\.$/);
    expect(open).not.toThrow("secret");
    expect(open).toThrow(expect.objectContaining({ id: "engine-remote", exit: "environment" }));
    expect(open).toThrow(expect.objectContaining({ todo: expect.stringContaining("Unset DOCKER_HOST") }));
  });

  it.each([
    [{ DOCKER_CONTEXT: "far" }, "Unset DOCKER_CONTEXT"],
    [{}, "Say `docker context use default`"],
    [{ DOCKER_CONTEXT: "default", DOCKER_TLS: "1" }, "Unset DOCKER_TLS_VERIFY and DOCKER_TLS"],
  ])("of %o, with what to do about it", (env, todo) => {
    use("far");
    const open = () => localEndpoint({ DOCKER_CONFIG: folder, ...env });
    expect(open).toThrow(expect.objectContaining({ id: "engine-remote", todo: expect.stringContaining(todo) }));
  });

  it.each(["unix:///run/docker.sock", "unix:////run/docker.sock", "npipe:////./pipe/docker_engine"])(
    "not %s",
    (host) => {
      expect(localEndpoint({ DOCKER_HOST: host }).address).toBe(host);
    },
  );
});

describe("one engine", () => {
  it("stays the same in a process, whatever context is chosen meanwhile", () => {
    const env = { DOCKER_CONFIG: folder };
    use("one");
    expect(localEndpoint(env).address).toBe("unix:///run/one.sock");
    use("bare");
    expect(localEndpoint(env).address).toBe("unix:///run/one.sock");
  });

  it("has one spelling, whatever links lead to its socket, and whether that is there or not", () => {
    mkdirSync(join(folder, "real"));
    symlinkSync("real", join(folder, "linked"));
    symlinkSync("linked/engine.sock", join(folder, "link.sock"));
    const spelling = (host: string) => localEndpoint({ DOCKER_HOST: `unix://${host}` }).spelling;
    for (const is of ["missing", "there"]) {
      if (is === "there") writeFileSync(join(folder, "real/engine.sock"), "");
      const names = ["real/engine.sock", "linked/engine.sock", "link.sock", "real/../linked/./engine.sock"];
      expect(new Set(names.map((name) => spelling(join(folder, name))))).toEqual(
        new Set([`unix://${folder}/real/engine.sock`]),
      );
    }
  });

  it("is not looked for for ever where links go round in a circle", () => {
    symlinkSync("round.sock", join(folder, "round.sock"));
    expect(localEndpoint({ DOCKER_HOST: `unix://${folder}/round.sock` }).spelling).toBe(`unix://${folder}/round.sock`);
  });

  it("keeps the name of its records, however the socket where engines listen is spelled", () => {
    const names = ["/var/run/docker.sock", `${realpathSync("/var/run")}/docker.sock`, "/var/run/../run/docker.sock"];
    const spellings = names.map((name) => localEndpoint({ DOCKER_HOST: `unix://${name}` }).spelling);
    expect(new Set(spellings)).toEqual(new Set(["unix:///var/run/docker.sock"]));
    expect(recordPath({ name: "lab", engine: spellings[0]! })).toMatch(/\/lab\.jsonl$/);
  });

  it("is what a `docker` command is told, and nothing beside it that would lead elsewhere", () => {
    const names = ["DOCKER_CONTEXT", "DOCKER_TLS", "DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH"];
    vi.stubEnv("DOCKER_HOST", "unix:///x");
    for (const name of names) vi.stubEnv(name, "elsewhere");
    expect({ ...process.env, ...clientEnvironment() }).toMatchObject({
      DOCKER_HOST: "unix:///x",
      ...Object.fromEntries(names.map((name) => [name, undefined])),
    });
  });
});
