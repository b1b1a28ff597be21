import { join } from "node:path";
import { execa } from "execa";
import { packageRoot } from "../../cli/lab/paths.ts";
import { figure, type Measurement, repeat, timed } from "./figure.ts";

/** What a command costs before it does anything. */
export const measureHelp: Measurement = async ({ rounds }) => {
  const lab = join(packageRoot, "dist/cli/main.js");
  const ratios = await repeat(rounds * 3, async () => {
    const bare = await timed(() => execa(process.execPath, ["-e", "0"]));
    return (await timed(() => execa(process.execPath, [lab, "--help"]))) / bare;
  });
  return [figure("time of `lab --help`", "`node -e 0`", ratios, "at most 2")];
};
