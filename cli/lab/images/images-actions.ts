import { open } from "node:fs/promises";
import type Docker from "dockerode";
import { explain, openDocker } from "../../docker/docker-api.ts";
import { LabError } from "../../errors.ts";
import { type ProcessIdentity, stateOfProcess, thisProcess } from "../../host/process-identity.ts";
import { readImageLists, refuseForeignImages, writtenAnew } from "./image-archive.ts";
import { imageRoles, resolveImages, roles } from "./images.ts";
import { compareChecksum, writeWithChecksum } from "./with-checksum.ts";

type Say = (text: string) => void;

interface Talk {
  /** What goes on. */
  say: Say;
  /** A line of the result. */
  print: Say;
}

/** Pulls the official images; the one thing in the lab that uses the network, and only when asked. */
export async function pullImages(say: Say): Promise<void> {
  const docker = openDocker();
  for (const role of roles) {
    const image = imageRoles[role].official;
    say(`pulling ${image}`);
    try {
      await finished(docker, await docker.pull(image));
    } catch (error) {
      throw new LabError(`${image} cannot be pulled: ${whatItSaid(error).message}.`, {
        id: "pull-failed",
        todo: "Where no registry answers: `lab images build`, or `lab images load FILE` with a file that somebody saved.",
        exit: "environment",
        cause: error,
      });
    }
  }
}

/**
 * Writes the images that the lab would use into one tar file, all of it or nothing, and the checksum beside it; prints that.
 *
 * @throws the signal's reason, when it is interrupted
 */
export async function saveImages(file: string, { say, print }: Talk, signal: AbortSignal): Promise<void> {
  const images = Object.values(await resolveImages());
  say(`saving ${images.join(", ")} to ${file}`);
  // dockerode types only single names; the API takes several, and layers that they share are stored once.
  const { modem } = openDocker();
  const stream = await new Promise<NodeJS.ReadableStream>((resolve, reject) => {
    modem.dial(
      {
        path: "/images/get?",
        options: { _query: { names: images } },
        method: "GET",
        isStream: true,
        statusCodes: { 200: true },
      },
      (error: unknown, data: unknown) => (error ? reject(error) : resolve(data as NodeJS.ReadableStream)),
    );
  });
  try {
    print(await writeWithChecksum(stream, file, signal));
  } catch (error) {
    signal.throwIfAborted();
    // No file says that: the engine went away.
    if ((error as NodeJS.ErrnoException).code === "ECONNRESET") throw explain(error as Error);
    throw new LabError(`The images cannot be written to ${file}: ${(error as Error).message}.`, {
      id: "save-failed",
      todo: "Give a file that does not exist yet, on a disk with some 500 MB of room.",
      exit: "environment",
      cause: error,
    });
  }
}

/**
 * Loads images from a file made by `saveImages`, and no others than those of the lab. Loading twice changes nothing.
 *
 * @throws LabError (`images-foreign`, `checksum-differs`, `load-failed`), and then nothing was loaded
 */
export async function loadImages(file: string, { say, print }: Talk): Promise<void> {
  const docker = openDocker();
  const allowed = roles.flatMap((role) => {
    const { variable, official, built } = imageRoles[role];
    return [official, built, ...(process.env[variable] ? [process.env[variable]] : [])];
  });
  const before = await idsByName(docker);
  const names = await loadAllowed(docker, file, allowed, say).catch((error) => {
    throw whyNotLoaded(error, file);
  });
  const after = await idsByName(docker);
  for (const name of names) {
    const [earlier, id] = [before.get(name), after.get(name)];
    print(`${name} ${id}`);
    if (earlier !== undefined && earlier !== id)
      say(`until now ${name} was ${earlier}, for all projects here; to go back: docker tag ${earlier} ${name}`);
  }
  say(`loaded; the lab will use ${Object.values(await resolveImages()).join(", ")}`);
}

/** @returns the names of the images that were loaded */
async function loadAllowed(docker: Docker, file: string, allowed: readonly string[], say: Say): Promise<string[]> {
  await using tar = await open(file);
  const content = () => tar.createReadStream({ start: 0, autoClose: false });
  say(await compareChecksum(content(), file));
  const lists = await readImageLists(content());
  refuseForeignImages(lists, file, allowed);
  await finished(docker, await docker.loadImage(writtenAnew(content(), lists)));
  return lists.manifest.flatMap(({ RepoTags }) => RepoTags ?? []);
}

function whyNotLoaded(error: unknown, file: string): LabError {
  if (error instanceof LabError && ["images-foreign", "checksum-differs"].includes(error.id)) return error;
  return new LabError(`The images in ${file} cannot be loaded: ${whatItSaid(error).message}.`, {
    id: "load-failed",
    todo: "Give a file that `lab images save` wrote.",
    exit: "usage",
    cause: error,
  });
}

async function idsByName(docker: Docker): Promise<Map<string, string>> {
  const images = await docker.listImages();
  return new Map(images.flatMap(({ Id, RepoTags }) => (RepoTags ?? []).map((name) => [name, Id])));
}

/** Starts each image once and prints the version of what is inside. @throws LabError when one does not start; the signal's reason */
export async function verifyImages(print: Say, signal: AbortSignal): Promise<void> {
  const docker = openDocker();
  await removeEarlier(docker);
  const images = await resolveImages();
  for (const role of roles) {
    const image = images[role];
    if (image === undefined) continue;
    signal.throwIfAborted();
    const [output, status] = await runOnce(docker, image, imageRoles[role].version);
    const version = /\d+\.\d+(\.\d+)?/.exec(output)?.[0];
    if (status !== 0 || !version)
      throw new LabError(
        `The image ${image} does not run ${imageRoles[role].version[0]}: ${output.trim() || `exit ${status}`}.`,
        {
          id: "image-broken",
          todo: "Get it again: `lab images pull`, or `lab images build --force`.",
          exit: "environment",
        },
      );
    print(`ok  ${image}: ${role} ${version}`);
  }
}

/** On the container of a check: whose it is, so that the next check knows those that a dead one has left. */
const checkLabel = "dev.session-lab.image-check";

/** Of a check that died, or whose engine went away. */
async function removeEarlier(docker: Docker): Promise<void> {
  for (const { Id, Labels } of await docker.listContainers({ all: true, filters: { label: [checkLabel] } })) {
    const owner = JSON.parse(Labels[checkLabel]!) as ProcessIdentity;
    if (stateOfProcess(owner) !== "dead") continue;
    await docker
      .getContainer(Id)
      .remove({ force: true, v: true })
      .catch(() => {});
  }
}

async function runOnce(docker: Docker, image: string, command: string[]): Promise<[output: string, status: number]> {
  const container = await docker.createContainer({
    Labels: { [checkLabel]: JSON.stringify(thisProcess()) },
    Image: image,
    Entrypoint: command,
    Cmd: [],
    Tty: true,
    NetworkDisabled: true,
  });
  try {
    await container.start();
    const { StatusCode } = (await container.wait()) as { StatusCode: number };
    const log = (await container.logs({ stdout: true, stderr: true, follow: false })) as unknown as Buffer;
    return [log.toString("utf8"), StatusCode];
  } finally {
    await container.remove({ force: true, v: true });
  }
}

/** Waits until a stream of progress messages ends. Errors come as messages in the stream. */
function finished(docker: Docker, stream: NodeJS.ReadableStream): Promise<void> {
  return new Promise((resolve, reject) => {
    docker.modem.followProgress(stream, (error, messages: { error?: string }[]) => {
      const failed = messages?.find((message) => message.error);
      if (error) reject(error);
      else if (failed) reject(new Error(failed.error));
      else resolve();
    });
  });
}

/**
 * What an engine that answers had against a request.
 *
 * @throws LabError (`engine-down`, `engine-forbidden`) where none answered
 */
function whatItSaid(error: unknown): Error {
  if (error instanceof LabError && error.id !== "engine-failed") throw error;
  return ((error as Error).cause ?? error) as Error;
}
