import { execa } from "execa";
import { type ProcessIdentity, thisProcess, thisUser } from "../host/process-identity.ts";
import { anyImage } from "./any-image.ts";
import { createNetwork, docker, inventory } from "./engine-inventory.ts";
import { labelsOfStart } from "./labels-of-start.ts";

/** A lab in the first second of its start, by everything that can be seen of it: nothing of it may be touched unasked. */
export interface LabOfAnother extends AsyncDisposable {
  name: string;
  /** As it was made. */
  all: string[];
  /** The same now. */
  now(): Promise<string[]>;
}

/**
 * A network and a container with all the labels that compose.yaml gives.
 *
 * @param options.owner the process that is said to have started it
 * @param options.user whose process that is
 */
export async function placeLabOfAnother({
  name,
  owner,
  user = thisUser(),
}: {
  name: string;
  owner: ProcessIdentity;
  user?: string;
}): Promise<LabOfAnother> {
  const project = `session-lab-${name}`;
  const labels = {
    "com.docker.compose.project": project,
    "com.docker.compose.service": "app1",
    "dev.session-lab.lab": name,
    "dev.session-lab.id": `of-${user}`,
    ...labelsOfStart({ owner, user }),
    "dev.session-lab.version": "0.1.0",
  };
  const options = Object.entries(labels).flatMap(([key, value]) => ["--label", `${key}=${value}`]);
  const remove = async () => {
    await execa("docker", ["rm", "-f", "-v", `${project}-app1-1`], { reject: false });
    await execa("docker", ["network", "rm", `${project}_lab`], { reject: false });
  };
  // Of a test that was killed.
  await remove();
  await createNetwork(`${project}_lab`, options);
  const image = await anyImage();
  const [imageId] = await docker("image", "inspect", "--format", "{{.Id}}", image);
  const noted = ["--label", `com.docker.compose.image=${imageId}`, "--label", "com.docker.compose.oneoff=False"];
  const still = ["--network", `${project}_lab`, "--entrypoint", "sleep", "--stop-timeout", "0"];
  await docker("run", "--detach", ...still, "--name", `${project}-app1-1`, ...options, ...noted, image, "infinity");
  const now = async () => [
    ...(await inventory(name)),
    ...(await docker(
      "ps",
      "-a",
      "--filter",
      `name=^${project}-`,
      "--format",
      "container {{.Names}} {{.ID}} {{.State}}",
    )),
  ];
  return { name, all: await now(), now, [Symbol.asyncDispose]: remove };
}

/** A process of another container on this machine: there its number is alive, here nobody has it. */
export function inAnotherContainer(): ProcessIdentity {
  const { host, pidNamespace, ...here } = thisProcess();
  return { ...here, startedAt: "1", host: `${host}-container`, pidNamespace: `${pidNamespace}0` };
}
