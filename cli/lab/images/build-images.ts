import { join } from "node:path";
import { execa } from "execa";
import { clientEnvironment } from "../../docker/endpoint.ts";
import { LabError } from "../../errors.ts";
import { packageRoot } from "../../paths.ts";

/** Makes the images from Debian packages; scripts/build-images.sh says how, and why it did not work. */
export async function buildImages({ force, yes }: { force: boolean; yes: boolean }): Promise<void> {
  const script = join(packageRoot, "scripts/build-images.sh");
  const options = [...(force ? ["--force"] : []), ...(yes ? ["--yes"] : [])];
  // It may ask, also for the password of sudo.
  const { exitCode } = await execa(script, options, { stdio: "inherit", reject: false, env: clientEnvironment() });
  if (exitCode === 0) return;
  throw new LabError("The images could not be made from Debian packages; the reason stands above.", {
    id: "build-failed",
    todo: "With a registry: `lab images pull`. With a file from somebody else: `lab images load FILE`.",
    exit: "environment",
  });
}
