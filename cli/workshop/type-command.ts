import { spawn } from "node:child_process";
import { once } from "node:events";
import { LabError } from "../errors.ts";

/** What a command of a lesson may end with: what it found may well be a loss (1) or no answer (2). */
const expectedExitCodes = [0, 1, 2];

/**
 * Runs a command line of `lab` as a learner would type it, in a process of its own, on the given lab.
 *
 * @param show whether its output is shown; what goes wrong is shown in any case
 * @throws LabError (`command-failed`)
 */
export async function typeCommand(line: string, { lab, show }: { lab: string; show: boolean }): Promise<void> {
  const script = process.argv[1]!;
  const args = [...process.execArgv, script, ...line.split(" "), "--name", lab];
  const child = spawn(process.execPath, args, {
    stdio: ["ignore", show ? "inherit" : "ignore", show ? "inherit" : "pipe"],
  });
  let errors = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => {
    errors += text;
  });
  const [code] = (await once(child, "close")) as [number | null];
  if (expectedExitCodes.includes(code ?? -1)) return;
  throw new LabError(`\`lab ${line}\` ended with ${code ?? "a signal"}. ${errors.trim()}`, {
    id: "command-failed",
    todo: "`lab workshop reset` makes the lab as new and sets the task up again.",
    exit: "environment",
  });
}
