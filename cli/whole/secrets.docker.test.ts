/**
 * What a lab lets out. Its secrets, and the cookies of those who visited it, are in nothing that it writes, prints or shows. (A
 * history holds no value of a cookie at all, keyed or not: what has to be compared is compared while the run is on.)
 */
import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { gunzipSync } from "node:zlib";
import type { ContainerInspectInfo } from "dockerode";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { balancerOfKind } from "../history/services.ts";
import { labels } from "../lab/identity/labels.ts";
import { doorService, frontBalancer, ownServices } from "../lab/own-services.ts";
import { docker } from "../testing/engine-inventory.ts";
import { labCommand } from "../testing/run-lab.ts";
import { watchCommandLines } from "../testing/watch-command-lines.ts";
import { writtenAs } from "../testing/ways-to-write-a-secret.ts";
import { waitUntil } from "../wait.ts";

const nodeBalancer = balancerOfKind(ownServices, "node")!;

const name = "test-secrets";
const lab = labCommand({ name });
/** A folder that the lab makes itself. Whoever runs it leaves everything open to everybody (umask 0). */
const state = join(lab.home, "state");
const carelessly = { within: ["sh", "-c", 'umask 0; exec "$@"', "sh"], env: { LAB_HOME: state } };

let containers: ContainerInspectInfo[];
let commandLines: string[];
let held: { name: string; value: string }[];
/** Everything that is written, printed or shown, by what it is. */
const places = new Map<string, string>();

beforeAll(async () => {
  const watch = watchCommandLines();
  try {
    await tell("lab up", ["up"]);
    await noteCookies();
    const few = ["--users", "2", "--store", "redis,jwt", "--json"];
    await tell("lab scenario login", ["scenario", "login", "--policy", "cookie,cookie-hash,node-cookie", ...few]);
    // Its strangers copy the users' cookies.
    await tell("lab scenario forged-affinity", ["scenario", "forged-affinity", "--policy", "cookie-hash", ...few]);
    await tell("lab report", [
      "report",
      "last",
      ...["html", "md", "xml", "json"].map((end) => join(lab.home, `run.${end}`)),
    ]);
    await tell("lab replay", ["replay", "last", "--html", join(lab.home, "film.html")]);
    await tell("lab user login", ["user", "alice", "login", "--at", "cookie.jwt"]);
    await tell("lab status", ["status", "--json"]);
  } finally {
    commandLines = watch.stop();
  }
  held = cookiesIn((await docker("exec", containerOf(frontBalancer), "cat", cookieLog)).join("\n"));
  containers = (await inspected("ps")) as ContainerInspectInfo[];
  await collectPlaces();
});
afterAll(async () => {
  await lab.run(["down"], carelessly);
  lab[Symbol.dispose]();
});

it("looked into everything: files, pages, what was printed, logs, command lines, labels, images", () => {
  expect([...places.keys()]).toEqual(
    expect.arrayContaining([
      "lab up",
      "lab scenario login",
      "run.html",
      "film.html",
      "film.html, unpacked",
      "command lines",
      `log of ${containerOf(frontBalancer)}`,
      `${containerOf("app1")} but its environment`,
      "networks",
      "volumes",
    ]),
  );
  const files = [...places.keys()].map((place) => basename(place));
  expect(files.filter((file) => file === "history.jsonl")).toHaveLength(2);
  expect(files.filter((file) => file === "result.json")).toHaveLength(2);
  expect(files).toContain(`${name}.jsonl`);
  expect([...places.keys()].filter((place) => place.startsWith("image "))).not.toEqual([]);
  for (const part of ["up --detach", "scenario login", "watchdog.js", "/app/server.cjs"])
    expect(commandLines.join("\n")).toContain(part);
});

describe("the secrets of a lab", () => {
  const apps = ["app1", "app2", "app3"];
  const knownTo: Record<string, string[]> = {
    SESSION_SECRET: apps,
    POSTGRES_PASSWORD: apps,
    REDIS_PASSWORD: [...apps, "redis", "redis-aof", "redis-rdb"],
    BALANCER_SECRET: [...apps, nodeBalancer, frontBalancer, doorService],
  };
  const secretNamed = (variable: string) => environmentOf("app1")[variable]!;

  it.each(Object.keys(knownTo))("%s is 32 random bytes, and told nobody but who needs it", (variable) => {
    const secret = secretNamed(variable);
    expect(secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const who = containers.filter(({ Config }) => Config.Env.some((line) => line.includes(secret)));
    expect(who.map(({ Config }) => Config.Labels[labels.service]!).sort()).toEqual(knownTo[variable]!.toSorted());
    for (const service of knownTo[variable]!) expect(environmentOf(service)[variable]).toBe(secret);
  });

  it("are different ones", () => {
    const all = Object.keys(knownTo).map(secretNamed);
    expect(new Set(all).size).toBe(all.length);
  });

  it.each(Object.keys(knownTo))("%s is nowhere else", (variable) => {
    const secret = secretNamed(variable);
    const bytes = Buffer.from(secret, "base64url");
    expect(whereIs([...writtenAs(secret), ...writtenAs(bytes)])).toEqual([]);
  });

  it("are readable in nginx's container by nginx alone", async () => {
    const modes = await docker(
      "exec",
      containerOf(frontBalancer),
      "stat",
      "-c",
      "%a",
      "/tmp/nginx",
      "/tmp/nginx/balancer-secret.conf",
    );
    expect(modes).toEqual(["700", "600"]);
  });
});

describe("the cookies that browsers held", () => {
  const valuesOf = (cookie: string, like: RegExp) => {
    const values = held.filter((one) => one.name === cookie && like.test(one.value)).map(({ value }) => value);
    return [...new Set(values)];
  };

  it("were all noted: ids, tokens, and what balancers gave", () => {
    expect([...new Set(held.map((cookie) => cookie.name))].sort()).toEqual([
      "SERVER_ID",
      `sid_${name}`,
      "sticky_server",
      "visitor",
    ]);
  });

  it("are nowhere: no session id, signed or not", () => {
    const ids = valuesOf(`sid_${name}`, /^s%3A/);
    expect(ids.length).toBeGreaterThanOrEqual(4);
    for (const value of ids) {
      const signed = decodeURIComponent(value).slice("s:".length);
      const [id = "", signature = ""] = signed.split(".");
      expect([id.length, signature.length]).toEqual([32, 43]);
      expect(whereIs([value, signed, id, signature].flatMap(writtenAs))).toEqual([]);
    }
  });

  it("are nowhere: no token, no part of one, and nothing secret that is in it", () => {
    const tokens = valuesOf(`sid_${name}`, /^ey/);
    expect(tokens.length).toBeGreaterThanOrEqual(4);
    for (const token of tokens) {
      const [, claims = "", signature = ""] = token.split(".");
      const { nonce, sid } = JSON.parse(Buffer.from(claims, "base64url").toString()) as { nonce: string; sid: string };
      for (const part of [nonce, sid]) expect(part.length).toBeGreaterThanOrEqual(8);
      expect(whereIs([token, claims, signature, nonce, sid].flatMap(writtenAs))).toEqual([]);
    }
  });

  // What `cookie` and `node-cookie` give is no secret: the name or number of an app server, which every history has.
  it("are nowhere: no number by which a balancer knows a visitor", () => {
    const visitors = valuesOf("visitor", /^[0-9a-f]{32}$/);
    expect(visitors.length).toBeGreaterThanOrEqual(2);
    for (const visitor of visitors) expect(whereIs(writtenAs(visitor))).toEqual([]);
  });

  it("are kept in one file only, for a browser that is driven by hand, and it is its owner's alone", () => {
    const [file, ...more] = filesOf(join(state, "users"));
    expect(more).toEqual([]);
    expect(statSync(file!).mode & 0o777).toBe(0o600);
    const kept = JSON.parse(readFileSync(file!, "utf8")) as { cookies: { cookies: { key: string; value: string }[] } };
    const session = kept.cookies.cookies.find(({ key }) => key === `sid_${name}`);
    expect(held).toContainEqual({ name: `sid_${name}`, value: session!.value });
  });
});

it("what the lab keeps is its owner's alone, whatever the umask: folders 0700, files 0600", () => {
  const entries = readdirSync(state, { recursive: true, withFileTypes: true });
  const modes = [state, ...entries.map(({ parentPath, name: entry }) => join(parentPath, entry))].map((path) => {
    const found = statSync(path);
    return `${found.isDirectory() ? "folder" : "file"} ${(found.mode & 0o777).toString(8)} ${relative(lab.home, path)}`;
  });
  expect(modes.filter((line) => !/^(folder 700|file 600) /.test(line))).toEqual([]);
  for (const file of ["plan.json", "history.jsonl", "result.json"])
    expect(modes.filter((line) => line.endsWith(`/${file}`))).toHaveLength(2);
});

/** Names of the places in which any of these texts is. */
function whereIs(texts: readonly string[]): string[] {
  return [...places].filter(([, content]) => texts.some((text) => content.includes(text))).map(([place]) => place);
}

async function tell(place: string, args: string[]): Promise<void> {
  const { exitCode, stdout, stderr } = await lab.run(args, carelessly);
  // What a scenario finds out (refuted: 1, inconclusive: 2) is not asked here.
  const isDone = exitCode === 0 || (args[0] === "scenario" && [1, 2].includes(exitCode!));
  if (!isDone) throw new Error(`${place} ended with ${exitCode}:\n${stderr}`);
  places.set(place, `${stdout}\n${stderr}`);
}

const cookieLog = "/tmp/cookies";

/** nginx is to note every cookie that browsers send and are given, where only this test looks. */
async function noteCookies(): Promise<void> {
  const format = "log_format cookies escape=none '$http_cookie, $sent_http_set_cookie';";
  const script = `sed -i "s#^http {#&\\n${format.replaceAll("$", "\\$")}\\naccess_log ${cookieLog} cookies;#" /tmp/nginx/nginx.conf &&
    nginx -c /tmp/nginx/nginx.conf -s reload`;
  await docker("exec", containerOf(frontBalancer), "sh", "-c", script);
  // The log is opened when the new configuration is in use; the old worker, which answers nobody new, may take longer to go.
  const { ok } = await waitUntil({
    look: () => docker("exec", containerOf(frontBalancer), "ls", "/tmp"),
    until: (files) => files.includes("cookies"),
    deadlineMs: 30_000,
  });
  expect(ok).toBe(true);
}

/** `name=value` of each cookie in `Cookie` and `Set-Cookie` headers. */
function cookiesIn(log: string): { name: string; value: string }[] {
  const attributes = new Set(["path", "expires", "max-age", "samesite", "domain"]);
  const pairs = [...log.matchAll(/(?:^|[;,] )([\w-]+)=([^;,\s]+)/gm)].map(([, cookie, value]) => ({
    name: cookie!,
    value: value!,
  }));
  return pairs.filter((pair) => !attributes.has(pair.name.toLowerCase()));
}

async function collectPlaces(): Promise<void> {
  for (const file of filesOf(lab.home).filter((path) => !path.startsWith(join(state, "users")))) {
    const text = readFileSync(file, "utf8");
    places.set(relative(lab.home, file), text);
    const packed = [...text.matchAll(/H4sI[A-Za-z0-9+/]{20,}=*/g)].map(([base64]) =>
      gunzipSync(Buffer.from(base64, "base64")),
    );
    if (packed.length > 0) places.set(`${relative(lab.home, file)}, unpacked`, packed.join("\n"));
  }
  places.set("command lines", commandLines.join("\n"));
  for (const info of containers) {
    const { stdout, stderr } = await execa("docker", ["logs", info.Id]);
    places.set(`log of ${info.Name.slice(1)}`, `${stdout}\n${stderr}`);
    places.set(
      `${info.Name.slice(1)} but its environment`,
      JSON.stringify({ ...info, Config: { ...info.Config, Env: [] } }),
    );
  }
  places.set("networks", JSON.stringify(await inspected("network")));
  places.set("volumes", JSON.stringify(await inspected("volume")));
  for (const image of new Set(containers.map(({ Config }) => Config.Image))) {
    const told = await Promise.all([docker("inspect", image), docker("history", "--no-trunc", image)]);
    places.set(`image ${image}`, told.flat().join("\n"));
  }
}

/** What the engine says of everything of this kind that is the lab's. */
async function inspected(kind: "ps" | "network" | "volume"): Promise<unknown[]> {
  const list = kind === "ps" ? ["ps", "-a"] : [kind, "ls"];
  const ids = await docker(...list, "-q", "--filter", `label=${labels.lab}=${name}`);
  return JSON.parse((await docker("inspect", ...ids)).join("\n")) as unknown[];
}

function environmentOf(service: string): Record<string, string> {
  const { Config } = containers.find(({ Name }) => Name === `/${containerOf(service)}`)!;
  return Object.fromEntries(
    Config.Env.map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

function containerOf(service: string): string {
  return `session-lab-${name}-${service}-1`;
}

function filesOf(folder: string): string[] {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name: file }) => join(parentPath, file));
}
