import { lstatSync, type Stats, statSync } from "node:fs";
import { LabError } from "../errors.ts";
import { recordsFolder, runsFolder, stateFolder } from "../paths.ts";

/** Who runs this command; `sudoer`: on whose behalf root does (`SUDO_UID`). */
interface User {
  uid: number;
  sudoer?: number;
}

/**
 * The records in the state folder say what to remove and to heal, so nobody else may write there. Folders that are not there yet
 * are made for their owner alone.
 *
 * @throws LabError (`state-not-yours`)
 */
export function requireOwnState(): void {
  const uid = process.getuid?.();
  if (uid === undefined) return;
  const user: User = { uid, ...(uid === 0 && process.env.SUDO_UID ? { sudoer: Number(process.env.SUDO_UID) } : {}) };
  for (const folder of [stateFolder(), recordsFolder(), runsFolder()]) {
    const why = [lstatSync, statSync].flatMap((look) => {
      const found = seen(folder, look);
      return (found && whoElseRules(found, user)) ?? [];
    });
    if (why[0] === undefined) continue;
    throw new LabError(`The lab's folder ${folder} ${why[0]}: what it is told there could be anybody's.`, {
      id: "state-not-yours",
      todo: "Choose a folder of your own with LAB_HOME, one that is not there yet will do, or make this one yours (chown, chmod o-w).",
      exit: "environment",
    });
  }
}

/** Undefined where there is nothing, or nothing that one may look at: no record is read there. */
function seen(folder: string, look: (path: string) => Stats): Stats | undefined {
  try {
    return look(folder);
  } catch {
    return undefined;
  }
}

/** Who besides the user decides what is in a folder, or where a link leads; root may, who can do anything anyway. */
export function whoElseRules({ uid, mode }: Pick<Stats, "uid" | "mode">, user: User): string | undefined {
  if (![user.uid, user.sudoer, 0].includes(uid)) return `belongs to user ${uid}, not to you (user ${user.uid})`;
  const isFolder = (mode & fileType) === folderType;
  // In /tmp everybody may make files, and nobody remove or replace those of others.
  if (isFolder && (mode & writableByAll) !== 0 && (mode & sticky) === 0) return "can be written by everybody";
  return undefined;
}

/** inode(7). The mode of a link means nothing. */
const [fileType, folderType, sticky, writableByAll] = [0o170000, 0o040000, 0o1000, 0o002];
