import { builtLab } from "./built.ts";
import { figure, inTurns, type Measurement, repeat, timed } from "./figure.ts";

/** What a command costs before it does anything. */
export const measureHelp: Measurement = async ({ rounds, run }) => {
  const ratios = await repeat(rounds * 3, async (round) => {
    const [bare, help] = await inTurns(round, [
      () => timed(() => run(process.execPath, ["-e", "0"])),
      () => timed(() => run(process.execPath, [builtLab, "--help"])),
    ]);
    return help! / bare!;
  });
  return [figure("time of `lab --help`", "`node -e 0`", ratios, "at most 2")];
};
