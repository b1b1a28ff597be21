import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { packageRoot as root } from "../../cli/paths.ts";
import { type BundledPackage, bundledPackages } from "./bundled-packages.ts";

/** cli/ROOM/page/main.ts and main.css become pages/ROOM.js and ROOM.css in that folder; cli/picture/page-assets.ts reads them. */
export async function buildPages(into: string): Promise<BundledPackage[]> {
  const rooms = readdirSync(join(root, "cli")).filter((room) => existsSync(join(root, "cli", room, "page/main.ts")));
  const { metafile } = await build({
    metafile: true,
    absWorkingDir: root,
    entryPoints: rooms.flatMap((room) =>
      ["ts", "css"].map((ending) => ({ in: `cli/${room}/page/main.${ending}`, out: room })),
    ),
    outdir: join(into, "pages"),
    bundle: true,
    preserveSymlinks: true,
    minify: true,
    platform: "browser",
    target: "es2022",
    format: "iife",
    charset: "utf8",
    logLevel: "warning",
  });
  return bundledPackages(metafile);
}
