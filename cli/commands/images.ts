import type { Command } from "commander";

export function addImages(program: Command): void {
  const images = program
    .command("images")
    .description("get, make, keep and check the container images, also where there is no registry");
  images
    .command("pull")
    .description("pull the official images from their registry")
    .action(async () => (await import("../docker/images-actions.ts")).pullImages(say));
  images
    .command("build")
    .description("make the images from Debian packages, where no registry answers")
    .option("--force", "make them again when they are there")
    .option("--yes", "ask nothing: take signed packages also from a mirror whose package lists are old")
    .action(async ({ force, yes }: { force?: boolean; yes?: boolean }) => {
      await (await import("../docker/build-images.ts")).buildImages({ force: force ?? false, yes: yes ?? false });
    });
  images
    .command("save")
    .description("put the images that the lab uses into one file, to hand round, and its checksum into FILE.sha256")
    .argument("<file>", "e.g. session-lab-images.tar")
    .action(async (file: string) => {
      const [{ saveImages }, { interruptibly }] = await actions();
      await interruptibly("ending; half a file is removed", ({ signal }) => saveImages(file, { say, print }, signal));
    });
  images
    .command("load")
    .description("take the lab's images from such a file, and no others; what is there already is not loaded again")
    .argument("<file>")
    .action(async (file: string) => (await import("../docker/images-actions.ts")).loadImages(file, { say, print }));
  images
    .command("verify")
    .description("start each image and ask for the version inside")
    .action(async () => {
      const [{ verifyImages }, { interruptibly }] = await actions();
      await interruptibly("ending after this image", ({ signal }) => verifyImages(print, signal));
    });
}

function actions() {
  return Promise.all([import("../docker/images-actions.ts"), import("../terminal/interrupt.ts")]);
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
