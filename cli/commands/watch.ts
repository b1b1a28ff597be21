import type { Command } from "commander";
import { commaList, nameOption, wholeNumber } from "./options.ts";

interface WatchOptions {
  policy: string[];
  store?: string[];
  users: number;
  name: string;
  open: boolean;
}

/** Few enough for a picture; what a workshop begins with. */
const firstStores = ["memory", "redis", "jwt"];

export function addWatch(program: Command): void {
  program
    .command("watch")
    .description("a live picture of the running lab, with a few users in it and buttons to break things")
    .option("--policy <names>", "these balancing policies (comma list)", commaList, ["cookie"])
    .option("--store <names>", `these session stores (default: ${firstStores.join(", ")})`, commaList)
    .option("--users <number>", "virtual users per architecture", wholeNumber({ what: "users", from: 1, to: 1_000 }), 6)
    .option("--no-open", "print the address, open no browser")
    .addOption(nameOption())
    .action(async (options: WatchOptions) => watch(options));
}

async function watch({ policy, store, users, name, open }: WatchOptions): Promise<void> {
  const [
    { Engine },
    { requireLab },
    { requireFreeLab },
    { requireProfiles },
    { selectArchitectures, profilesOf },
    { loadStores },
    { watchLab },
    { interruptibly },
  ] = await Promise.all([
    import("../docker/engine.ts"),
    import("./require-lab.ts"),
    import("../lab/free-lab.ts"),
    import("./require-profiles.ts"),
    import("../theory/architectures.ts"),
    import("../theory/stores.ts"),
    import("../watch/watch-lab.ts"),
    import("../terminal/interrupt.ts"),
  ]);
  const known = loadStores().map(({ id }) => id);
  const stores = store ?? firstStores.filter((id) => known.includes(id));
  const architectures = selectArchitectures({ policies: policy, stores });
  const engine = new Engine();
  const lab = await requireLab(name, engine);
  await requireFreeLab(name, engine, { beside: "commands" });
  requireProfiles(profilesOf(architectures), lab);
  await interruptibly("closing the page, and healing what its buttons broke", async (interrupt) => {
    const healed = await watchLab({ lab, engine, architectures, users, open, interrupt });
    for (const line of healed) process.stderr.write(`${line}\n`);
  });
}
