import { readFileSync } from "node:fs";
import { join } from "node:path";
import { packageRoot } from "../paths.ts";
import { paletteStyle } from "./palette.ts";

/** Script and style sheet of a page, ready to be put into it. */
export interface PageAssets {
  script: string;
  /** The palette comes first. */
  style: string;
}

/**
 * What scripts/build.ts bundled from cli/ROOM/page.
 *
 * @throws Error (`ENOENT`) when the package was not built
 */
export function pageAssets(room: string): PageAssets {
  const read = (ending: string) => readFileSync(join(packageRoot, "dist/pages", `${room}.${ending}`), "utf8");
  return { script: read("js"), style: `${paletteStyle()}${read("css")}` };
}
