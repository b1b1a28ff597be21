/**
 * Builds what runs: dist, with cli, app, pages, licences and sbom.json. One file each in scripts/build says what goes in.
 *
 *   npx tsx scripts/build.ts
 */
import { existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { packageRoot as root } from "../cli/paths.ts";
import { buildApp } from "./build/app.ts";
import { buildCli } from "./build/cli.ts";
import { writeLicences } from "./build/licences.ts";
import { buildPages } from "./build/pages.ts";
import { writeSbom } from "./build/sbom.ts";

// Beside the old, and then in its place: nothing of an earlier build remains, and no command meets half of a new one.
const next = "dist.next";
remove(next);
const parts = { cli: await buildCli(next), app: await buildApp(next), pages: await buildPages(next) };
for (const [part, packages] of Object.entries(parts))
  writeLicences(join(root, next, "licences", `${part}.txt`), packages);
writeSbom(join(root, next, "sbom.json"), Object.values(parts).flat());

const old = "dist.old";
remove(old);
if (existsSync(join(root, "dist"))) renameSync(join(root, "dist"), join(root, old));
renameSync(join(root, next), join(root, "dist"));
remove(old);

function remove(folder: string): void {
  rmSync(join(root, folder), { recursive: true, force: true });
}
