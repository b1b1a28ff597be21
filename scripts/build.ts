/**
 * Builds what runs: dist/cli (TypeScript to JavaScript, file by file), dist/app/server.cjs and dist/app/balancer.cjs (the app
 * server and the balancer in Node, one file each that a bare Node image can run), dist/app/stores.json (what each session
 * store says of itself, read by the CLI) and dist/pages (script and style of each page that runs in a browser).
 *
 *   npx tsx scripts/build.ts                all
 *   npx tsx scripts/build.ts cli|app|pages  one of them
 */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";

const root = join(import.meta.dirname, "..");
const builds: Record<string, () => void | Promise<void>> = { cli: buildCli, app: buildApp, pages: buildPages };

const wanted = process.argv[2];
if (wanted !== undefined && !Object.hasOwn(builds, wanted))
  throw new Error(`unknown part "${wanted}"; known: ${Object.keys(builds).join(", ")}`);
for (const [part, make] of Object.entries(builds)) if (wanted === undefined || wanted === part) await make();

function buildCli(): void {
  const typescript = join(root, "node_modules/typescript/bin/tsc");
  rmSync(join(root, "dist/cli"), { recursive: true, force: true });
  execFileSync(
    process.execPath,
    [typescript, "-p", "tsconfig.build.json", "--incremental", "false", "--tsBuildInfoFile", "null"],
    {
      cwd: root,
      stdio: "inherit",
    },
  );
  importsWhatIsBuilt();
  chmodSync(join(root, "dist/cli/main.js"), 0o755);
}

/** TypeScript 6 writes `.js` for `.ts` in imports, but forgets dynamic ones in a function that has `using`. @throws Error naming them */
function importsWhatIsBuilt(): void {
  const forgotten = readdirSync(join(root, "dist/cli"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".js"))
    .filter((file) => /\bimport\("[^"]*\.ts"\)/.test(readFileSync(join(root, "dist/cli", file), "utf8")));
  if (forgotten.length > 0)
    throw new Error(`these import TypeScript files, which are not built: ${forgotten.join(", ")}`);
}

async function buildApp(): Promise<void> {
  await build({
    absWorkingDir: root,
    entryPoints: {
      server: "services/app/server.ts",
      catalogue: "services/app/catalogue.ts",
      balancer: "services/balancer/main.ts",
    },
    outdir: "dist/app",
    outExtension: { ".js": ".cjs" },
    bundle: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    logLevel: "warning",
    plugins: [storeFilesAsImports()],
  });
  execFileSync(process.execPath, [join(root, "dist/app/catalogue.cjs"), join(root, "dist/app/stores.json")], {
    stdio: "inherit",
  });
  rmSync(join(root, "dist/app/catalogue.cjs"));
}

/** cli/ROOM/page/main.ts and main.css become dist/pages/ROOM.js and ROOM.css; cli/page-assets.ts reads them. */
async function buildPages(): Promise<void> {
  rmSync(join(root, "dist/pages"), { recursive: true, force: true });
  const rooms = readdirSync(join(root, "cli")).filter((room) => existsSync(join(root, "cli", room, "page/main.ts")));
  await build({
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
}

/** Writes services/app/store-files.ts anew for the bundle, which has no folder to read: one import for each file of stores/. */
function storeFilesAsImports(): Plugin {
  return {
    name: "store-files-as-imports",
    setup(bundle) {
      bundle.onLoad({ filter: /[\\/]services[\\/]app[\\/]store-files\.ts$/ }, ({ path }) => {
        const folder = join(path, "../stores");
        const ids = readdirSync(folder)
          .filter((file) => file.endsWith(".ts"))
          .map((file) => file.slice(0, -".ts".length))
          .sort();
        const imports = ids.map((id, index) => `import store${index} from "./stores/${id}.ts";`);
        const entries = ids.map((id, index) => `["${id}", store${index}]`);
        return {
          contents: `${imports.join("\n")}\nexport const loadStoreFiles = async () => new Map([${entries.join(", ")}]);\n`,
          loader: "ts",
          resolveDir: join(path, ".."),
        };
      });
    },
  };
}
