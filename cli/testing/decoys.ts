import { docker } from "./engine-inventory.ts";

/** Things that look like a lab's, and are not: nothing of the lab may ever touch them. */
export interface Decoys extends AsyncDisposable {
  /** Those that are as they were made. */
  untouched(): Promise<string[]>;
  all: string[];
}

/** @param name of the lab that they resemble: each lacks one of the labels, or has it for another lab */
export async function placeDecoys(name: string): Promise<Decoys> {
  const project = `session-lab-${name}`;
  const [image] = await docker(
    "image",
    "ls",
    "-q",
    "--filter",
    "reference=session-lab/redis",
    "--filter",
    "reference=redis",
  );
  const label = (key: string, value: string) => ["--label", `${key}=${value}`];
  const ofProject = label("com.docker.compose.project", project);
  const ofLab = label("dev.session-lab.lab", name);
  const ofOther = label("dev.session-lab.lab", `${name}-other`);
  const containers = {
    [`${project}-app9-1`]: ofProject,
    [`${name}-label-only`]: ofLab,
    [`${name}-other-lab`]: [...ofOther, ...ofProject],
  };
  for (const [container, labels] of Object.entries(containers))
    await docker("create", "--name", container, "--network", "none", ...labels, image!, "true");
  const network = `${project}_other`;
  const volume = `${project}_redis-other`;
  await docker("network", "create", ...ofProject, network);
  await docker("volume", "create", ...ofOther, volume);

  const look = async () => {
    const found = await Promise.all([
      docker("ps", "-a", "--no-trunc", "--format", "container {{.Names}} {{.ID}} {{.State}}"),
      docker("network", "ls", "--no-trunc", "--format", "network {{.Name}} {{.ID}}"),
      docker("volume", "ls", "--format", "volume {{.Name}}"),
    ]);
    const names = [...Object.keys(containers), network, volume];
    return found
      .flat()
      .filter((line) => names.includes(line.split(" ")[1]!))
      .sort();
  };
  return {
    all: await look(),
    untouched: look,
    async [Symbol.asyncDispose]() {
      await docker("rm", "-f", ...Object.keys(containers));
      await docker("network", "rm", network);
      await docker("volume", "rm", volume);
    },
  };
}
