/**
 * What setup.sh does to a machine: the real script and the real apt, on a Debian mirror in a folder; Docker's client is a script.
 * Needs apt, and where there is none setup.sh never comes to what is tested here.
 */
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { execa } from "execa";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { packageRoot } from "../cli/paths.ts";
import { openDebianMirror, type Vouching } from "./testing/debian-mirror.ts";

// Whole setups, several in a test, and apt checks signatures in each.
vi.setConfig({ testTimeout: 120_000 });

const hasApt = existsSync("/usr/bin/apt-get");
/** What makes apt take anything from anybody, as some machines are set up. */
const trusting = [
  'Acquire::AllowInsecureRepositories "true";',
  'Acquire::AllowWeakRepositories "true";',
  'Acquire::AllowDowngradeToInsecureRepositories "true";',
  'APT::Get::AllowUnauthenticated "true";',
  'Acquire::Check-Valid-Until "false";',
  'Acquire::Check-Date "false";',
].join("\n");

let machine: string;
let plugins: string;
let plugin: string;
beforeEach(() => {
  machine = mkdtempSync(join(tmpdir(), "it's a machine-"));
  plugins = join(machine, "home/.docker/cli-plugins");
  plugin = join(plugins, "docker-compose");
  // Without a package-lock.json, as an installed package has none: it needs no dependencies and no build.
  mkdirSync(join(machine, "package"));
  cpSync(join(packageRoot, "scripts"), join(machine, "package/scripts"), { recursive: true });
  for (const folder of ["bin", "home", "tmp"]) mkdirSync(join(machine, folder));
  // apt's own user passes through.
  chmodSync(machine, 0o755);
  chmodSync(join(machine, "tmp"), 0o1777);
  writeFileSync(join(machine, "apt.conf"), trusting);
  const own = quoted("home/.docker/cli-plugins/docker-compose");
  // An engine that has all images, and as Compose the user's plugin, else one of $OLD_COMPOSE, else none.
  write(
    "bin/docker",
    `case "$*" in
      compose*) if [ -x ${own} ]; then exec ${own} "$@"; else echo "$OLD_COMPOSE"; fi ;;
      *) echo 99.0.0 ;;
    esac`,
  );
});
afterEach(() => rmSync(machine, { recursive: true, force: true }));

it("what containers mount is readable for their users afterwards, also in a clone that was made with umask 077", async () => {
  const mode = (path: string) => (statSync(join(machine, "package", path)).mode & 0o777).toString(8);
  mkdirSync(join(machine, "package/nginx/policies"), { recursive: true, mode: 0o700 });
  mkdirSync(join(machine, "package/compose"), { mode: 0o700 });
  writeFileSync(join(machine, "package/nginx/policies/cookie.conf"), "", { mode: 0o600 });
  writeFileSync(join(machine, "package/compose/redis.sh"), "", { mode: 0o700 });
  const { stderr } = await setup({ args: ["--yes"], compose: "99.0.0" });
  expect(stderr).toMatch(
    /files: \S+ is for its owner only, and containers have to read it: chmod -R go\+rX nginx compose\n/,
  );
  const paths = ["nginx", "nginx/policies", "nginx/policies/cookie.conf", "compose", "compose/redis.sh"];
  expect(paths.map(mode)).toEqual(["755", "755", "644", "755", "755"]);
  expect((await setup({ args: ["--yes"], compose: "99.0.0" })).stderr).not.toContain("files:");
});

describe.runIf(hasApt)("the Compose plugin of a newer Debian", () => {
  it("is taken where there is none, when --yes allows it; and how to undo that is said, also later", async () => {
    const { stderr, exitCode } = await setup({ args: ["--yes"] });
    expect(stderr).toContain(`put the Compose plugin of Debian forky into ${plugins}, for all projects of `);
    expect(stderr).toContain("compose: ready (99.0.0)");
    expect(exitCode).toBe(0);
    expect(statSync(plugin).mode & 0o777).toBe(0o755);

    const { stderr: later } = await setup({ args: ["--yes"] });
    const [, undo] = /compose: already there \(99\.0\.0\); to go back: (.+)/.exec(later)!;
    await execa("bash", ["-c", undo!]);
    expect(existsSync(plugin)).toBe(false);
  });

  it("is not put anywhere unasked", async () => {
    const { stderr, exitCode } = await setup({ args: [] });
    expect(stderr).toContain(`this would put the Compose plugin of Debian forky into ${plugins}`);
    expect(exitCode).toBe(3);
    expect(existsSync(plugin)).toBe(false);
  });

  it("says which Compose it comes before, and keeps off when the answer is no or none", async () => {
    for (const answer of ["n\n", "\n"]) {
      const { stdout, exitCode } = await setup({ args: [], compose: "2.20.1", answer });
      expect(stdout.replaceAll(/\s+/g, " ")).toContain("before the Compose 2.20.1 that they use now? [y/N]");
      expect(exitCode).toBe(3);
    }
    expect(existsSync(plugin)).toBe(false);
    expect(await setup({ args: [], compose: "2.20.1", answer: "y\n" })).toMatchObject({ exitCode: 0 });
    expect(existsSync(plugin)).toBe(true);
  });

  it("keeps a plugin of the user's that is too old, for the way back", async () => {
    mkdirSync(plugins, { recursive: true });
    write("home/.docker/cli-plugins/docker-compose", "echo 2.20.1");
    const { stderr } = await setup({ args: ["--yes"] });
    const [, undo] = /to go back: (.+)/.exec(stderr)!;
    expect((await execa(plugin)).stdout).toBe("99.0.0");
    await execa("bash", ["-c", undo!]);
    expect((await execa(plugin)).stdout).toBe("2.20.1");
  });

  it("is no plugin to Docker's client but this one: only docker-* is", async () => {
    mkdirSync(plugins, { recursive: true });
    write("home/.docker/cli-plugins/docker-compose", "echo 2.20.1");
    await setup({ args: ["--yes"] });
    expect(readdirSync(plugins).filter((name) => name.startsWith("docker-"))).toEqual(["docker-compose"]);
  });

  it("is taken by a user whose files nobody else may read, and leaves no temporary files", async () => {
    expect(await setup({ args: ["--yes"], umask: "077" })).toMatchObject({ exitCode: 0 });
    expect(readdirSync(join(machine, "tmp"))).toEqual([]);
  });
});

describe.runIf(hasApt)("on a machine whose apt takes anything", () => {
  it("packages that nobody signed are refused", async () => {
    const { stderr, exitCode } = await setup({ args: ["--yes"], vouching: "unsigned" });
    expect(stderr).toContain("is not signed");
    expect(exitCode).toBe(3);
    expect(existsSync(plugin)).toBe(false);
  });

  it("packages that somebody else signed are refused, and so are all where there is no key", async () => {
    const { stderr, exitCode } = await setup({
      args: ["--yes"],
      keyring: "/usr/share/keyrings/debian-archive-keyring.gpg",
    });
    expect(stderr).toContain("NO_PUBKEY");
    expect(exitCode).toBe(3);
    expect((await setup({ args: ["--yes"], keyring: "/none.gpg" })).stderr).toContain("there is no /none.gpg");
    expect(exitCode).toBe(3);
    expect(existsSync(plugin)).toBe(false);
  });

  it("packages from old lists are taken by whoever is told so, and says yes", async () => {
    const asked = await setup({ args: [], vouching: "expired", answer: "y\nn\n" });
    expect(asked.stdout).toMatch(/The Release file of Debian forky at file:\S+ is expired \(invalid since /i);
    expect(asked.stdout).toContain("May I take signed packages from a mirror that may keep back newer ones? [y/N]");
    expect(asked.exitCode).toBe(3);
    expect(existsSync(plugin)).toBe(false);

    const told = await setup({ args: ["--yes"], vouching: "expired" });
    expect(told.stderr).toContain("is expired (invalid since ");
    expect(told.exitCode).toBe(0);
    expect(existsSync(plugin)).toBe(true);
  });
});

it("system packages are installed only when they are signed, whatever the machine's apt allows", async () => {
  const log = join(machine, "apt.log");
  write(
    "bin/apt-get",
    `echo "$*" >>"$APT_LOG"; case "$*" in *install*) ln -s /bin/true ${quoted("bin/chromium")} ;; esac`,
  );
  write("bin/sudo", 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"');
  const env = { APT_LOG: log, PATH: `${join(machine, "bin")}${delimiter}${everythingBut("chromium")}` };
  const { stderr } = await setup({ args: ["--yes", "--tests"], compose: "99.0.0", env });
  expect(stderr).toContain("apt: installing chromium");
  const calls = readFileSync(log, "utf8").split("\n");
  const forced = calls.filter((call) => / (update|install .*)$/.test(call));
  expect(forced.length).toBe(2);
  for (const call of forced) {
    expect(call).toContain("-o APT::Get::AllowUnauthenticated=false");
    expect(call).toContain("-o Acquire::AllowInsecureRepositories=false");
    expect(call).toContain("-o Acquire::AllowWeakRepositories=false");
    expect(call).toContain("-o Acquire::AllowDowngradeToInsecureRepositories=false");
  }
});

it.runIf(hasApt)("no password of a mirror is shown, and none gets onto debootstrap's command line", async () => {
  const env = { LAB_DEBIAN_MIRROR: "https://somebody:hidden@mirror.invalid/debian" };
  // Nobody will ever answer there, and apt would ask again and again, later and later.
  writeFileSync(join(machine, "apt.conf"), `${trusting}\nAcquire::Retries "0";\n`);
  const build = await script("build-images.sh", ["--force", "--yes"], { env });
  expect(build.all).toContain("the Debian mirror https://***@mirror.invalid/debian has a password in its address");
  const compose = await script("setup.sh", ["--yes"], { env });
  expect(compose.all).toContain(
    "could not fetch docker-compose of Debian forky from https://***@mirror.invalid/debian",
  );
  expect(build.all + compose.all).not.toContain("hidden");
});

it("an installer that has ended by itself is not killed: its number may be somebody else's by then", async () => {
  // apt finds what debootstrap's package has, and debootstrap fails at once.
  write(
    "bin/apt-get",
    'for word in "$@"; do case $word in Dir::State::lists=*) cd "$(echo "$word" | cut -d= -f2)" && echo >a_Release ;; esac; done',
  );
  write("bin/dpkg-deb", 'mkdir -p "$3/usr/share/debootstrap/scripts"');
  write("bin/wget", "");
  write("bin/unshare", "exit 9");
  write("bin/sudo", 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"');
  const log = join(machine, "bash.log");
  write("bin/bash", `echo "$*" >>${quoted("bash.log")}`);
  useKeyring("/dev/null");
  const { all, exitCode } = await script("build-images.sh", ["--force", "--yes"], {
    env: { LAB_DEBIAN_MIRROR: "https://mirror.invalid/debian" },
  });
  expect(all).toContain("debootstrap of Debian forky from https://mirror.invalid/debian failed (exit code 9)");
  expect(exitCode).toBe(3);
  expect(existsSync(log) ? readFileSync(log, "utf8") : "").not.toContain("kill");
  expect(readdirSync(join(machine, "tmp"))).toEqual([]);
});

interface SetupOptions {
  args: readonly string[];
  vouching?: Vouching;
  keyring?: string;
  /** What `docker compose version` says before. */
  compose?: string;
  /** What is typed in a terminal; without it there is none. */
  answer?: string;
  umask?: string;
  env?: Record<string, string>;
}

async function setup({ args, vouching = "signed", keyring, compose = "", answer, umask = "022", env }: SetupOptions) {
  using mirror = openDebianMirror(vouching);
  useKeyring(keyring ?? mirror.keyring);
  return await script("setup.sh", args, {
    env: { LAB_DEBIAN_MIRROR: mirror.address, OLD_COMPOSE: compose, UMASK: umask, ...env },
    ...(answer === undefined ? {} : { answer }),
  });
}

function useKeyring(keyring: string): void {
  const lib = join(machine, "package/scripts/lib.sh");
  writeFileSync(lib, readFileSync(lib, "utf8").replace(/^DEBIAN_KEYRING=.*$/m, `DEBIAN_KEYRING='${keyring}'`));
}

async function script(
  name: string,
  args: readonly string[],
  { env, answer }: { env: Record<string, string>; answer?: string },
) {
  const line = `umask "\${UMASK:-022}"; exec /bin/bash ${quoted(`package/scripts/${name}`)} ${args.join(" ")}`;
  const options = {
    env: {
      PATH: `${join(machine, "bin")}${delimiter}${process.env.PATH}`,
      HOME: join(machine, "home"),
      TMPDIR: join(machine, "tmp"),
      APT_CONFIG: join(machine, "apt.conf"),
      DOCKER_CONFIG: "",
      DOCKER_HOST: "",
      ...env,
    },
    reject: false,
    all: true,
  } as const;
  // util-linux's `script` makes the terminal.
  return answer === undefined
    ? await execa("/bin/bash", ["-c", line], { ...options, stdin: "ignore" })
    : await execa("script", ["-qefc", line, "/dev/null"], { ...options, input: answer });
}

/** A path on the machine, as a word of a shell. */
function quoted(path: string): string {
  return `'${join(machine, path).replaceAll("'", "'\\''")}'`;
}

/** A folder with every program of this machine but one. */
function everythingBut(program: string): string {
  const folder = join(machine, "programs");
  mkdirSync(folder);
  for (const from of process.env.PATH!.split(delimiter).filter((path) => existsSync(path)))
    for (const name of readdirSync(from))
      if (name !== program && !existsSync(join(folder, name))) symlinkSync(join(from, name), join(folder, name));
  return folder;
}

function write(path: string, commands: string): void {
  writeFileSync(join(machine, path), `#!/bin/sh\n${commands}\n`, { mode: 0o755 });
}
