import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "esbuild";
import { packageRoot as root } from "../../cli/paths.ts";
import { type BundledPackage, bundledPackages } from "./bundled-packages.ts";

/**
 * Into `app` of that folder: server.cjs, balancer.cjs and door.cjs: the app server, the balancer in Node and the door, one file each that a bare Node image can
 * run; and stores.json: what each session store says of itself, read by the CLI.
 */
export async function buildApp(into: string): Promise<BundledPackage[]> {
  const folder = join(into, "app");
  const { metafile } = await build({
    metafile: true,
    absWorkingDir: root,
    entryPoints: {
      server: "services/app/server.ts",
      catalogue: "services/app/catalogue.ts",
      balancer: "services/balancers/node/main.ts",
      door: "services/door/main.ts",
    },
    outdir: folder,
    outExtension: { ".js": ".cjs" },
    bundle: true,
    preserveSymlinks: true,
    platform: "node",
    target: "node24",
    format: "cjs",
    logLevel: "warning",
    plugins: [storeFilesAsImports()],
  });
  execFileSync(process.execPath, [join(root, folder, "catalogue.cjs"), join(root, folder, "stores.json")], {
    stdio: "inherit",
  });
  rmSync(join(root, folder, "catalogue.cjs"));
  readableByContainers(folder);
  return bundledPackages(metafile);
}

/** The users in the containers are others than the one who builds, whose umask may keep files to himself. */
function readableByContainers(folder: string): void {
  chmodSync(join(root, folder), 0o755);
  for (const file of readdirSync(join(root, folder))) chmodSync(join(root, folder, file), 0o644);
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
