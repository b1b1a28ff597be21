import { imageEnvironment, resolveImages } from "../../cli/lab/images/images.ts";
import { composeFile } from "../../cli/paths.ts";
import { figure, inTurns, type Measurement, repeat, say, timed } from "./figure.ts";

/** `lab up` beside bare Compose with the same files, both until every container is healthy; and `lab reset` of what was used. */
export const measureStart: Measurement = async ({ rounds, lab, run, undo }) => {
  const env = {
    ...imageEnvironment(await resolveImages()),
    LAB_NAME: "bench-bare",
    LAB_PORT: "18080",
    LAB_SUBNET_PREFIX: "172.29.77",
  };
  const compose = ["compose", "-f", composeFile];
  const resets: number[] = [];
  const startBare = () =>
    timed(() => run("docker", [...compose, "up", "-d", "--wait"], env)).finally(() =>
      undo("docker", [...compose, "down", "-v", "-t", "0"], env),
    );
  const startLab = async () => {
    const ms = await timed(() => lab("up"));
    await lab("user", "alice", "login");
    await lab("fault", "kill", "app2");
    resets.push((await timed(() => lab("reset"))) / 1_000);
    await lab("down");
    return ms;
  };
  const ratios = await repeat(rounds, async (round) => {
    const [bare, ours] = await inTurns(round, [startBare, startLab]);
    say(`start: bare ${Math.round(bare!)} ms, lab ${Math.round(ours!)} ms; reset ${resets.at(-1)!.toFixed(1)} s`);
    return ours! / bare!;
  });
  return [
    figure("time of `lab up`", "`docker compose up -d --wait`", ratios, "at most 1.2"),
    figure("`lab reset` with a dead app server", "seconds", resets, "below 5"),
  ];
};
