/**
 * A process that counts up in a file under a lock, as many times as it is told; or holds the lock for ever; or exits while it does.
 *
 *   tsx count-under-lock.ts LOCK FILE TIMES|for-ever|exit
 */
import { readFileSync, writeFileSync } from "node:fs";
import { setImmediate as turn } from "node:timers/promises";
import { underLock } from "../host/lock.ts";

const [path = "", file = "", times = ""] = process.argv.slice(2);
const lock = { path, what: "counting" };

if (times === "for-ever")
  await underLock(lock, async () => {
    process.stdout.write("held\n");
    await new Promise(() => setInterval(() => {}, 60_000));
  });

if (times === "exit") await underLock(lock, async () => process.exit());

for (let left = Number(times); left > 0; left--)
  await underLock(lock, async () => {
    const before = Number(readFileSync(file, "utf8"));
    await turn();
    writeFileSync(file, `${before + 1}`);
  });
