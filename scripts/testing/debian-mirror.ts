import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What vouches for the mirror's packages: a key; one, and a date that has passed (2024-01-08); nothing. */
export type Vouching = "signed" | "expired" | "unsigned";

/**
 * A Debian mirror in a folder: release `forky` with the package `docker-compose`, whose plugin says that it is 99.0.0. The files in
 * scripts/testing/debian were signed once, with a key that nobody has any more.
 */
export interface DebianMirror extends Disposable {
  /** For `LAB_DEBIAN_MIRROR`. */
  address: string;
  /** For `DEBIAN_KEYRING`. */
  keyring: string;
}

const kept = join(import.meta.dirname, "debian");

export function openDebianMirror(vouching: Vouching): DebianMirror {
  const root = mkdtempSync(join(tmpdir(), "debian-mirror-"));
  // apt's own user reads it.
  chmodSync(root, 0o755);
  const suite = join(root, "dists/forky");
  mkdirSync(join(suite, "main/binary-all"), { recursive: true });
  mkdirSync(join(root, "pool"));
  copyFileSync(join(kept, "Packages"), join(suite, "main/binary-all/Packages"));
  copyFileSync(join(kept, "docker-compose.deb"), join(root, "pool/docker-compose.deb"));
  copyFileSync(join(kept, "key.gpg"), join(root, "key.gpg"));
  if (vouching === "unsigned") copyFileSync(join(kept, "Release"), join(suite, "Release"));
  else copyFileSync(join(kept, `InRelease-${vouching}`), join(suite, "InRelease"));
  return {
    address: `file:${root}`,
    keyring: join(root, "key.gpg"),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
