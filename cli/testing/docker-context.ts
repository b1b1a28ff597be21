import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export interface ContextToMake {
  /** Docker's own: ~/.docker, or what DOCKER_CONFIG names. */
  folder: string;
  name: string;
  /** Undefined: the context leaves it open. */
  host: string | undefined;
}

/** As `docker context create` does it. @returns the file of the context */
export function makeContext({ folder, name, host }: ContextToMake): string {
  const place = join(folder, "contexts/meta", createHash("sha256").update(name).digest("hex"));
  const meta = { Name: name, Metadata: {}, Endpoints: { docker: { Host: host, SkipTLSVerify: false } } };
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, "meta.json"), JSON.stringify(meta));
  return join(place, "meta.json");
}
