import { existsSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { packageRoot as root } from "../../cli/lab/paths.ts";
import { writeLicences } from "./licences.ts";

/** cli/ROOM/page/main.ts and main.css become dist/pages/ROOM.js and ROOM.css; cli/page-assets.ts reads them. */
export async function buildPages(): Promise<void> {
  rmSync(join(root, "dist/pages"), { recursive: true, force: true });
  const rooms = readdirSync(join(root, "cli")).filter((room) => existsSync(join(root, "cli", room, "page/main.ts")));
  const { metafile } = await build({
    metafile: true,
    absWorkingDir: root,
    entryPoints: rooms.flatMap((room) =>
      ["ts", "css"].map((ending) => ({ in: `cli/${room}/page/main.${ending}`, out: room })),
    ),
    outdir: "dist/pages",
    bundle: true,
    minify: true,
    platform: "browser",
    target: "es2022",
    format: "iife",
    charset: "utf8",
    logLevel: "warning",
  });
  writeLicences("pages", metafile);
}
