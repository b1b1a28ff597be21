import { LabEngine } from "../lab/lab-engine.ts";
import { obtainLab } from "../lab/obtain-lab.ts";
import { interruptibly } from "../terminal/interrupt.ts";
import { profilesOf, selectArchitectures } from "../theory/architectures.ts";
import { loadStores } from "../theory/stores.ts";
import { watchLab } from "../watch/watch-lab.ts";

export interface WatchOptions {
  policy: string[];
  store?: string[];
  /** Those of them that there are, where no store is named. */
  firstStores: readonly string[];
  users: number;
  name: string;
  open: boolean;
}

export async function watch({ policy, store, firstStores, users, name, open }: WatchOptions): Promise<void> {
  const known = loadStores().map(({ id }) => id);
  const stores = store ?? firstStores.filter((id) => known.includes(id));
  const architectures = selectArchitectures({ policies: policy, stores });
  const engine = new LabEngine();
  const lab = await obtainLab({ name, engine, profiles: profilesOf(architectures), free: { beside: "commands" } });
  await interruptibly("closing the page, and healing what its buttons broke", async (interrupt) => {
    const healed = await watchLab({ lab, engine, architectures, users, open, interrupt });
    for (const line of healed) process.stderr.write(`${line}\n`);
  });
}
