import { execa } from "execa";

/**
 * Everything of a lab's name, or of any lab, that the engine has: asked of the engine by the Docker client, not of the lab.
 * Empty when nothing was left behind.
 */
export async function inventory(name?: string): Promise<string[]> {
  const filter = `label=dev.session-lab.lab${name === undefined ? "" : `=${name}`}`;
  const lists = await Promise.all([
    docker("ps", "-a", "--filter", filter, "--format", "container {{.Names}}"),
    docker("network", "ls", "--filter", filter, "--format", "network {{.Name}}"),
    docker("volume", "ls", "--filter", filter, "--format", "volume {{.Name}}"),
  ]);
  return lists.flat().sort();
}

/** Volumes that no container uses and that say of no lab to be its own: what an image's anonymous volume is that was left behind. */
export async function strayVolumes(): Promise<string[]> {
  const lines = await docker("volume", "ls", "--filter", "dangling=true", "--format", "{{.Name}} {{.Labels}}");
  return lines.filter((line) => !line.includes("dev.session-lab.lab="));
}

export async function docker(...args: string[]): Promise<string[]> {
  const { stdout } = await execa("docker", args);
  return stdout.split("\n").filter(Boolean);
}

/** Running processes whose command line contains a text, as `ps` prints these columns of them. */
export async function processes(text: string, columns = "args"): Promise<string[]> {
  const { stdout } = await execa("ps", ["-ww", "-eo", columns]);
  return stdout.split("\n").filter((line) => line.includes(text));
}
