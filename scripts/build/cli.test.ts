import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../cli/paths.ts";

const built = join(packageRoot, "dist/cli");
/** What dockerode would bring for engines on other machines, which the lab refuses. */
const ssh = ["ssh2", "asn1", "bcrypt-pbkdf", "tweetnacl", "cpu-features"];

it("no code for SSH is built in, and its licences are not either", () => {
  const files = readdirSync(built, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".js"));
  const texts = files.map((file) => readFileSync(join(built, file), "utf8"));
  // esbuild says above each module where it comes from.
  expect(texts.join("\n")).toContain("// node_modules/docker-modem/");
  expect(ssh.filter((name) => texts.some((text) => text.includes(`node_modules/${name}/`)))).toEqual([]);
  expect(texts.filter((text) => /require\("(ssh2|cpu-features)"\)/.test(text))).toEqual([]);
  const licences = readFileSync(join(packageRoot, "dist/licences/cli.txt"), "utf8");
  const licensed = [...licences.matchAll(/^(\S+) \d+\.\d+\.\d+, /gm)].map(([, name]) => name!);
  expect(licensed).toContain("docker-modem");
  expect(licensed.filter((name) => ssh.includes(name))).toEqual([]);
});
