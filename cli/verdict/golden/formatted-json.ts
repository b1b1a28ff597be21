import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";

const biome = createRequire(import.meta.url).resolve("@biomejs/biome/bin/biome");

/** JSON as `biome check` wants it in the repository, so that files which tests write pass the check. */
export function formattedJson(value: unknown): string {
  return execFileSync(process.execPath, [biome, "format", "--stdin-file-path=any.json"], {
    input: JSON.stringify(value),
    encoding: "utf8",
  });
}
