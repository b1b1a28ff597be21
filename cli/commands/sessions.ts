import type { Command } from "commander";
import { unknownValue } from "../errors.ts";
import { nameOption } from "./options.ts";

interface SessionsOptions {
  name: string;
  store?: string;
  json?: boolean;
}

export function addSessions(program: Command): void {
  program
    .command("sessions")
    .description("where each session lives: counts by app server, keys and their ends in Redis")
    .option("--store <name>", "only this session store")
    .addOption(nameOption())
    .option("--json", "as JSON")
    .action(async (options: SessionsOptions, command: Command) => {
      await show({ ...options, colour: command.optsWithGlobals().color !== false });
    });
}

async function show({ name, store, json, colour }: SessionsOptions & { colour: boolean }): Promise<void> {
  const profiles = store === undefined ? [] : await profilesFor(store);
  const [
    { Engine },
    { requireLab },
    { requireProfiles },
    { lookAtSessions },
    { sessionsReport },
    { jsonReport },
    terminal,
  ] = await Promise.all([
    import("../docker/engine.ts"),
    import("./require-lab.ts"),
    import("./require-profiles.ts"),
    import("../lab/look-at-sessions.ts"),
    import("../report/sessions.ts"),
    import("../report/json.ts"),
    import("../terminal/terminal.ts"),
  ]);
  const engine = new Engine();
  const lab = await requireLab(name, engine);
  requireProfiles(profiles, lab);
  const map = await lookAtSessions(lab, engine, store === undefined ? {} : { store });
  process.stdout.write(json ? jsonReport(map) : sessionsReport(map, terminal.detectTerminal({ colour })));
}

/** The Compose profiles that a store needs. @throws LabError (`unknown-store`) */
async function profilesFor(store: string): Promise<string[]> {
  const [{ loadStores }, { harmless }] = await Promise.all([
    import("../theory/stores.ts"),
    import("../report/text.ts"),
  ]);
  const stores = loadStores();
  const found = stores.find(({ id }) => id === store);
  if (!found)
    throw unknownValue(
      "store",
      harmless(store),
      stores.map(({ id }) => id),
    );
  return found.profile === null ? [] : [found.profile];
}
