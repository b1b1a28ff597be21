import { chmodSync, cpSync, readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { build, type Plugin, transform } from "esbuild";
import { packageRoot as root } from "../../cli/paths.ts";
import { type BundledPackage, bundledPackages } from "./bundled-packages.ts";

/**
 * Into `cli` of that folder. Our own files stay files, so that dist/cli mirrors cli/: folders are catalogues there, too, and a stack trace reads like the
 * sources. The packages that they use are put into dist/cli/packages, where loading them takes half as long as from hundreds of
 * files in node_modules.
 */
export async function buildCli(into: string): Promise<BundledPackage[]> {
  const folder = join(into, "cli");
  const { metafile } = await build({
    metafile: true,
    absWorkingDir: root,
    entryPoints: readdirSync(join(root, "cli"), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.ts$/.test(file) && !/\.test\.ts$|(^|[\\/])(testing|golden|page)[\\/]/.test(file))
      .map((file) => join("cli", file)),
    outdir: folder,
    outbase: "cli",
    bundle: true,
    preserveSymlinks: true,
    splitting: true,
    chunkNames: "packages/[name]-[hash]",
    platform: "node",
    target: "node20.19",
    format: "esm",
    // Packages in CommonJS use these; an ESM file does not have them. `var`, because some packages make their own.
    banner: {
      js: [
        'import { createRequire as __createRequire } from "node:module";',
        "var require = __createRequire(import.meta.url);",
        "var __filename = import.meta.filename;",
        "var __dirname = import.meta.dirname;",
      ].join("\n"),
    },
    logLevel: "warning",
    plugins: [ownFilesStayFiles(), withoutSsh(), loadedWhenCalled()],
  });
  await everyFileParses(Object.keys(metafile.outputs));
  chmodSync(join(root, folder, "main.js"), 0o755);
  // Beside its code `open` looks for this script, which finds a browser where there is no desktop's own.
  cpSync(join(root, "node_modules/open/xdg-open"), join(root, folder, "packages/xdg-open"));
  return bundledPackages(metafile);
}

/** A file with the same name declared twice is built without a word, and fails when it is loaded. @throws Error naming it */
async function everyFileParses(files: readonly string[]): Promise<void> {
  for (const file of files)
    await transform(readFileSync(join(root, file), "utf8"), { sourcefile: file, logLevel: "error" });
}

function ownFilesStayFiles(): Plugin {
  return {
    name: "own-files-stay-files",
    setup(bundle) {
      bundle.onResolve({ filter: /^\.\.?\/.*\.ts$/ }, ({ path, kind }) =>
        kind === "entry-point" ? undefined : { path: path.replace(/\.ts$/, ".js"), external: true },
      );
    },
  };
}

/** SSH is for engines on other machines, which the lab refuses (cli/docker/endpoint.ts): dockerode's part for it stays out. */
function withoutSsh(): Plugin {
  const namespace = "without-ssh";
  return {
    name: namespace,
    setup(bundle) {
      bundle.onResolve({ filter: /^\.\/ssh$/ }, ({ path, importer }) =>
        /[\\/]docker-modem[\\/]lib[\\/]modem\.js$/.test(importer) ? { path, namespace } : undefined,
      );
      bundle.onLoad({ filter: /.*/, namespace }, () => ({
        contents: 'module.exports = function () { throw new Error("There is no SSH here."); };',
      }));
    },
  };
}

/** A file of dockerode's that exports one function which hardly anybody calls: gRPC for sessions of BuildKit. Loaded at the first call. */
function loadedWhenCalled(): Plugin {
  const namespace = "loaded-when-called";
  return {
    name: namespace,
    setup(bundle) {
      bundle.onResolve({ filter: /^\.\/session$/ }, ({ path, importer, resolveDir }) =>
        /[\\/]dockerode[\\/]lib[\\/]docker\.js$/.test(importer)
          ? // Where the package is built is nobody's business, and would make each build another one.
            { path: `./${relative(root, join(resolveDir, path))}.js`, namespace }
          : undefined,
      );
      bundle.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
        contents: `module.exports = function () { return require(${JSON.stringify(path)}).apply(this, arguments); };`,
        resolveDir: root,
      }));
    },
  };
}
