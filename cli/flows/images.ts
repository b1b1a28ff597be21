import { buildImages } from "../lab/images/build-images.ts";
import * as images from "../lab/images/images-actions.ts";
import { interruptibly } from "../terminal/interrupt.ts";

export async function pull(): Promise<void> {
  await images.pullImages(say);
}

export async function build({ force = false, yes = false }: { force?: boolean; yes?: boolean }): Promise<void> {
  await buildImages({ force, yes });
}

export async function save(file: string): Promise<void> {
  await interruptibly("ending; half a file is removed", ({ signal }) =>
    images.saveImages(file, { say, print }, signal),
  );
}

export async function load(file: string): Promise<void> {
  await images.loadImages(file, { say, print });
}

export async function verify(): Promise<void> {
  await interruptibly("ending after this image", ({ signal }) => images.verifyImages(print, signal));
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}
