/**
 * Builds what runs: dist/cli, dist/app and dist/pages. One file each in scripts/build says what goes in.
 *
 *   npx tsx scripts/build.ts                all
 *   npx tsx scripts/build.ts cli|app|pages  one of them
 */
import { buildApp } from "./build/app.ts";
import { buildCli } from "./build/cli.ts";
import { buildPages } from "./build/pages.ts";

const builds: Record<string, () => Promise<void>> = { cli: buildCli, app: buildApp, pages: buildPages };

const wanted = process.argv[2];
if (wanted !== undefined && !Object.hasOwn(builds, wanted))
  throw new Error(`unknown part "${wanted}"; known: ${Object.keys(builds).join(", ")}`);
for (const [part, make] of Object.entries(builds)) if (wanted === undefined || wanted === part) await make();
