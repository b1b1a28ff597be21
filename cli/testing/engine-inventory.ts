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

/**
 * A network in a corner where no lab looks for a subnet. Left to itself, the engine goes through its pools in turn, and one network
 * in 172.28.0.0/16 leaves no room for any lab on this machine.
 */
export async function createNetwork(name: string, options: readonly string[] = []): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const subnet = `10.213.${Math.floor(Math.random() * 256)}.0/28`;
    try {
      await docker("network", "create", "--subnet", subnet, ...options, name);
      return;
    } catch (error) {
      if (attempt === 5 || !String(error).includes("overlaps")) throw error;
    }
  }
}
