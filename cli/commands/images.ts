import type { Command } from "commander";

export function addImages(program: Command): void {
  const images = program
    .command("images")
    .description("get, make, keep and check the container images, also where there is no registry");
  images
    .command("pull")
    .description("pull the official images from their registry")
    .action(async () => (await flow()).pull());
  images
    .command("build")
    .description("make the images from Debian packages, where no registry answers")
    .option("--force", "make them again when they are there")
    .option("--yes", "ask nothing: take signed packages also from a mirror whose package lists are old")
    .action(async (options: { force?: boolean; yes?: boolean }) => (await flow()).build(options));
  images
    .command("save")
    .description("put the images that the lab uses into one file, to hand round, and its checksum into FILE.sha256")
    .argument("<file>", "e.g. session-lab-images.tar")
    .action(async (file: string) => (await flow()).save(file));
  images
    .command("load")
    .description("take the lab's images from such a file, and no others; what is there already is not loaded again")
    .argument("<file>")
    .action(async (file: string) => (await flow()).load(file));
  images
    .command("verify")
    .description("start each image and ask for the version inside")
    .action(async () => (await flow()).verify());
}

function flow() {
  return import("../flows/images.ts");
}
