/** Mends a Redis server that could not write to its disk. */

import { LabError } from "../../errors.ts";
import { execIn, type ServiceAddress } from "../../subject/deployment.ts";
import { actUntil } from "../../wait.ts";
import { dataFolder, look, type RedisCondition, readCondition, unwritten } from "./condition.ts";

/** Writing a data set to a new file takes as long. */
const deadlineMs = 10_000;

/** What it says of itself; undefined when it says nothing. */
export async function conditionOf(at: ServiceAddress): Promise<RedisCondition | undefined> {
  return readCondition(await execIn(at, ["sh", "-c", look]).catch(() => ""));
}

/** The folder's owner gets the right to write back. `SAVE` waits for a save that is under way by being refused. */
const saving = `
[ ! -O ${dataFolder} ] || [ -w ${dataFolder} ] || chmod u+rwx ${dataFolder}
info=$(redis-cli INFO persistence)
case $info in *rdb_last_bgsave_status:err*) redis-cli SAVE;; esac
case $info in *aof_last_bgrewrite_status:err*) redis-cli BGREWRITEAOF;; esac`;

/**
 * Lets it write to disk what it could not write, and waits until it has.
 *
 * @throws LabError (`redis-cannot-save`) that says what only a person can mend
 */
export async function saveAgain(at: ServiceAddress): Promise<void> {
  const { ok, seen } = await actUntil({
    act: async () => {
      await execIn(at, ["sh", "-c", saving]).catch(() => "");
      return conditionOf(at);
    },
    until: (condition) => condition !== undefined && (isSaved(condition) || needsAPerson(condition)),
    deadlineMs,
  });
  if (ok && seen && isSaved(seen)) return;
  const why = seen === undefined ? "it does not answer" : (seen.folder?.says ?? "it does not say why");
  const what = seen === undefined ? "save" : unwritten(seen).join(" and ") || "save";
  const todo = seen && todoOf(seen);
  throw new LabError(`${at.service} cannot ${what}: ${why}.`, {
    id: "redis-cannot-save",
    todo: `${todo ? `${todo}, then run \`lab heal${at.deployment.option}\` again.` : seeTheLog(at)} ${anew(at)}`,
    exit: "environment",
  });
}

function isSaved(condition: RedisCondition): boolean {
  return unwritten(condition).length === 0;
}

function needsAPerson(condition: RedisCondition): boolean {
  return todoOf(condition) !== undefined;
}

function todoOf({ folder }: RedisCondition): string | undefined {
  return folder?.isMendable === false ? folder.todo : undefined;
}

/** For whatever a server is asked and does not do. */
export function refused(at: ServiceAddress, asked: string, answer: string | undefined): LabError {
  return new LabError(`${at.service} was asked ${asked} and answered: ${answer?.trim().slice(0, 200) || "nothing"}`, {
    id: "redis-refused",
    todo: `${seeTheLog(at)} ${anew(at)}`,
    exit: "environment",
  });
}

function seeTheLog({ deployment, service }: ServiceAddress): string {
  return `\`lab logs${deployment.option} ${service}\` shows what it says.`;
}

function anew({ deployment: { option } }: ServiceAddress): string {
  return `Or make a new lab: \`lab down${option}\`, then \`lab up${option}\`.`;
}
