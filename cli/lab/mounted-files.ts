import { existsSync, lstatSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { LabError } from "../errors.ts";
import { packageRoot } from "../paths.ts";

/** What compose.yaml mounts into containers, by its path in the package. */
export const mountedFiles = [
  "dist/app/server.cjs",
  "dist/app/balancer.cjs",
  "dist/app/door.cjs",
  "nginx",
  "compose/postgres-init.sql",
  "compose/redis.sh",
  "compose/redis-ha.sh",
  "compose/sentinel.sh",
  "compose/redis-cluster.sh",
] as const;

/**
 * In containers others read it than who owns it here: they run as users of their own. After a clone or an installation with
 * `umask 077` nobody else may.
 *
 * @param root of the package
 * @throws LabError (`files-unreadable`) naming the first of it, and what mends it
 */
export function refuseUnreadableFiles(root: string = packageRoot): void {
  // Elsewhere Docker's own file sharing decides who reads what.
  if (process.platform !== "linux") return;
  const mounted = mountedFiles.map((path) => join(root, path));
  const [unreadable, ...more] = mounted.filter((path) => existsSync(path)).flatMap(unreadableAmong);
  if (unreadable === undefined) return;
  const others = more.length === 0 ? "" : ` (and ${more.length} more)`;
  throw new LabError(`The containers' users may not read ${unreadable}${others}: only its owner may.`, {
    id: "files-unreadable",
    todo: `chmod -R go+rX '${join(root, "nginx")}' '${join(root, "compose")}' '${join(root, "dist/app")}'`,
    exit: "environment",
  });
}

/** A file or a folder, and all that is in it, as far as others than its owner may not read it. */
function unreadableAmong(path: string): string[] {
  const stat = lstatSync(path);
  const needed = stat.isDirectory() ? 0o005 : 0o004;
  const itself = (stat.mode & needed) === needed ? [] : [path];
  return stat.isDirectory()
    ? [...itself, ...readdirSync(path).flatMap((name) => unreadableAmong(join(path, name)))]
    : itself;
}
