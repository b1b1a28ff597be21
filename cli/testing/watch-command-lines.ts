import { readdirSync, readFileSync } from "node:fs";

/** How long a process has to live in order to be seen for certain, as long as this one gets its turn. */
const everyMs = 50;

/** Notes the command line of every process of this machine, those in containers included, until it is stopped. Linux only. */
export function watchCommandLines(): { stop(): string[] } {
  const seen = new Set<string>();
  const look = () => {
    for (const pid of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) seen.add(commandLineOf(pid));
  };
  look();
  const timer = setInterval(look, everyMs);
  return {
    stop() {
      clearInterval(timer);
      look();
      return [...seen].filter((line) => line !== "");
    },
  };
}

/** Empty when it has ended. */
function commandLineOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
  } catch {
    return "";
  }
}
