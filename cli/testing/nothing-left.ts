import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitUntil } from "../wait.ts";
import type { Decoys } from "./decoys.ts";
import { docker, inventory, processes } from "./engine-inventory.ts";
import { hangMs } from "./engine-pace.ts";

/** What a state folder may hold when all is over. */
const kept = ["labs", "runs"];

export interface TracesOptions {
  /** Of the lab. */
  name: string;
  /** `LAB_HOME` of the commands, and `TMPDIR`: of these commands alone. */
  home: string;
  decoys: Pick<Decoys, "names" | "pid"> & Partial<Pick<Decoys, "bystander">>;
}

/**
 * Everything by which the commands of one test can be known on this machine, asked of the engine and of the kernel, not of the lab.
 * Other tests may run beside: only what is these commands' own is looked at.
 */
export class Traces {
  readonly #options: TracesOptions;
  readonly #doors = new Set<string>();

  constructor(options: TracesOptions) {
    this.#options = options;
  }

  /**
   * The types of the lines that are on record now, of every lab in this state folder. Remembers the ports that they name, and places a
   * decoy that has the id of the lab.
   */
  record(): string[] {
    const folder = join(this.#options.home, "labs");
    const lines = filesIn(folder).flatMap((file) => readIfThere(join(folder, file)).split("\n").filter(Boolean));
    for (const line of lines) {
      const [, id] = /"id":"([\w-]+)"/.exec(line) ?? [];
      if (id !== undefined) this.#options.decoys.bystander?.(id);
      const [, port, prefix] = /"port":(\d+),"subnetPrefix":"([\d.]+)"/.exec(line) ?? [];
      if (port) this.#doors.add(doorOf(port, prefix!));
    }
    return lines.map((line) => /^\{"type":"(\w+)"/.exec(line)?.[1] ?? "damaged");
  }

  /** What the engine has of the lab by its label or by its name: containers, networks, volumes, images. */
  async onEngine(): Promise<string[]> {
    const { name, decoys } = this.#options;
    const project = `name=session-lab-${name}`;
    const lists = await Promise.all([
      inventory(name),
      docker("image", "ls", "--filter", `label=dev.session-lab.lab=${name}`, "--format", "image {{.ID}}"),
      docker("ps", "--all", "--filter", project, "--format", "container {{.Names}}"),
      docker("network", "ls", "--filter", project, "--format", "network {{.Name}}"),
      docker("volume", "ls", "--filter", project, "--format", "volume {{.Name}}"),
    ]);
    // Another lab's name may begin with this one's.
    const isOurs = new RegExp(`^(container session-lab-${name}-[a-z]|(network|volume) session-lab-${name}_|image )`);
    const [labelled = [], ...others] = lists;
    const found = new Set([...labelled, ...others.flat().filter((line) => isOurs.test(line))]);
    return [...found].filter((line) => !decoys.names.includes(line)).sort();
  }

  /** All of it: on the engine, processes, ports, files. [] when nothing is left. */
  async left(): Promise<string[]> {
    const { name, home, decoys } = this.#options;
    this.record();
    const lists = await Promise.all([
      this.onEngine(),
      processesOf(`LAB_HOME=${home}`, [home, `-p session-lab-${name} `]),
      this.#openDoors(),
    ]);
    const files = [
      ...filesIn(join(home, "labs")).map((file) => `record ${file}`),
      ...filesIn(home).flatMap((file) => (kept.includes(file) ? [] : [`file ${file}`])),
      ...filesIn(tmpdir()).flatMap((file) =>
        file.includes(`session-lab-${name}`) ? [`file ${tmpdir()}/${file}`] : [],
      ),
    ];
    return [...lists.flat(), ...files].filter((line) => !line.startsWith(`process ${decoys.pid} `));
  }

  /** Waits until nothing is left, however long that takes. @returns what is left of it when it hangs */
  async nothingLeft(deadlineMs = hangMs): Promise<{ left: string[]; waitedMs: number }> {
    const { seen = ["no look came to an end"], waitedMs } = await waitUntil({
      look: () => this.left(),
      until: (left) => left.length === 0,
      deadlineMs,
      everyMs: 100,
    });
    return { left: seen, waitedMs };
  }

  /**
   * Ports of the lab at which somebody still listens for it. Another lab may have been given the same port and the same subnet by now:
   * its container is there before its port is open, and as long.
   */
  async #openDoors(): Promise<string[]> {
    if (this.#doors.size === 0) return [];
    const before = await this.#doorsOfOthers();
    const proxies = await processes("docker-proxy");
    const open = [...this.#doors].filter((door) => proxies.some((line) => line.includes(door)));
    if (open.length === 0) return [];
    const others = new Set([...before, ...(await this.#doorsOfOthers())]);
    return open.flatMap((door) => (others.has(door) ? [] : [`port ${/-host-port \d+/.exec(door)}`]));
  }

  async #doorsOfOthers(): Promise<string[]> {
    const labels = ["lab", "port", "subnet-prefix"].map((label) => `{{.Label "dev.session-lab.${label}"}}`);
    const filter = "label=dev.session-lab.subnet-prefix";
    const lines = await docker("ps", "--all", "--filter", filter, "--format", labels.join(" "));
    return lines.flatMap((line) => {
      const [lab, port, prefix] = line.split(" ");
      return lab === this.#options.name ? [] : [doorOf(port!, prefix!)];
    });
  }
}

/** How the engine's `docker-proxy` listens for a lab, as its command line has it. */
function doorOf(port: string, prefix: string): string {
  return `-host-port ${port} -container-ip ${prefix}.`;
}

/**
 * Processes that have inherited this line of their environment, or have one of these texts in their command line. The first finds
 * whatever the commands have started, however it calls itself.
 *
 * @returns e.g. `process 4711 node watchdog.js ...`
 */
function processesOf(line: string, texts: readonly string[]): string[] {
  return readdirSync("/proc")
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      const command = readIfThere(`/proc/${pid}/cmdline`).replaceAll("\0", " ");
      const isMarked = readIfThere(`/proc/${pid}/environ`).split("\0").includes(line);
      return isMarked || texts.some((text) => command.includes(text)) ? [`process ${pid} ${command.trim()}`] : [];
    });
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** "" for what is gone, or somebody else's. */
function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
