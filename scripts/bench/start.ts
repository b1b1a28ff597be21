import { execa } from "execa";
import { imageEnvironment, resolveImages } from "../../cli/docker/images.ts";
import { composeFile } from "../../cli/lab/paths.ts";
import { figure, type Measurement, repeat, say, timed } from "./figure.ts";

/** `lab up` beside bare Compose with the same files, both until every container is healthy; and `lab reset` of what was used. */
export const measureStart: Measurement = async ({ rounds, lab }) => {
  const images = imageEnvironment(await resolveImages());
  const compose = (...args: string[]) =>
    execa("docker", ["compose", "-f", composeFile, ...args], {
      env: { ...images, LAB_NAME: "bench-bare", LAB_PORT: "18080", LAB_SUBNET_PREFIX: "172.29.77" },
    });
  const resets: number[] = [];
  const ratios = await repeat(rounds, async () => {
    const bare = await timed(() => compose("up", "-d", "--wait")).finally(() => compose("down", "-v", "-t", "0"));
    const ours = await timed(() => lab("up"));
    await lab("user", "alice", "login");
    await lab("fault", "kill", "app2");
    const reset = await timed(() => lab("reset"));
    resets.push(reset / 1_000);
    await lab("down");
    say(`start: bare ${Math.round(bare)} ms, lab ${Math.round(ours)} ms; reset ${Math.round(reset)} ms`);
    return ours / bare;
  });
  return [
    figure("time of `lab up`", "`docker compose up -d --wait`", ratios, "at most 1.2"),
    figure("`lab reset` with a dead app server", "seconds", resets, "below 5"),
  ];
};
