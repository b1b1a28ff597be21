import type { Command } from "commander";
import type { Lab } from "../lab/topology.ts";
import type { Interrupt } from "../terminal/interrupt.ts";
import { commaList, nameOption, portOption } from "./options.ts";

interface UpOptions {
  name: string;
  port?: number;
  with: string[];
}

export function addUp(program: Command): void {
  program
    .command("up")
    .description("start a lab and leave it running; prints its URLs")
    .addOption(nameOption())
    .addOption(portOption())
    .option("--with <profiles>", "start optional servers too, also in a lab that runs (comma list)", commaList, [])
    .action(async (options: UpOptions, command: Command) => {
      const [
        { Engine },
        { findLab, reviveLab, startLab },
        { addServers },
        { requireFreeLab },
        { removeOwnLab },
        terminal,
        { interruptibly },
      ] = await Promise.all([
        import("../docker/engine.ts"),
        import("../lab/start-lab.ts"),
        import("../lab/add-servers.ts"),
        import("../lab/free-lab.ts"),
        import("../lab/remove-lab.ts"),
        import("../terminal/terminal.ts"),
        import("../terminal/interrupt.ts"),
      ]);
      const screen = terminal.detectTerminal({ colour: command.optsWithGlobals().color !== false });
      const narrator = await terminal.openNarrator(screen);
      const engine = new Engine();
      const bringUp = async (interrupt: Interrupt) => {
        await requireFreeLab(options.name, engine);
        const wanted = await knownProfiles(options.with);
        const running = await findLab(options.name, engine);
        if (running) {
          checkPort(options, running.port);
          narrator.doing(`the lab "${options.name}" exists already; making sure that all of it answers`);
          await reviveLab(running, engine, interrupt.signal);
        }
        if (!running) interrupt.onSecond = async () => void (await removeOwnLab(options, engine));
        const missing = wanted.filter((profile) => running && !running.profiles.includes(profile));
        if (missing.length > 0) narrator.doing(`starting ${missing.join(", ")} in it`);
        return running
          ? await addServers(running, missing, { engine, signal: interrupt.signal })
          : await startLab({
              name: options.name,
              stays: true,
              engine,
              signal: interrupt.signal,
              profiles: wanted,
              say: (text) => narrator.doing(text),
              ...(options.port === undefined ? {} : { port: options.port }),
            });
      };
      await interruptibly("ending in good order", async (interrupt) => {
        const lab = await bringUp(interrupt).finally(() => narrator.end());
        process.stdout.write(await describeLab(lab));
      });
    });
}

/** @throws LabError (`unknown-profile`) */
async function knownProfiles(wanted: readonly string[]): Promise<readonly string[]> {
  const [{ allProfiles }, { unknownValue }] = await Promise.all([
    import("../theory/stores.ts"),
    import("../errors.ts"),
  ]);
  const known = allProfiles();
  for (const profile of wanted) if (!known.includes(profile)) throw unknownValue("profile", profile, known);
  return wanted;
}

function checkPort({ name, port }: UpOptions, running: number): void {
  if (port !== undefined && port !== running)
    process.stderr.write(`the lab "${name}" already runs on port ${running}; --port ${port} is not used\n`);
}

async function describeLab(lab: Lab): Promise<string> {
  const { selectArchitectures } = await import("../theory/architectures.ts");
  const { architectureUrl } = await import("../lab/topology.ts");
  const { name, port } = lab;
  const architectures = selectArchitectures(lab);
  const widest = Math.max(...architectures.map(({ id }) => id.length));
  const urls = architectures.map(({ id, host }) => `  ${id.padEnd(widest + 2)}${architectureUrl(host, port)}`);
  const suffix = name === "lab" ? "" : ` --name ${name}`;
  return [
    `The lab "${name}" is up. Each architecture is a host name:`,
    "",
    ...urls,
    "",
    "Next:",
    `  lab scenario server-crash${suffix}`,
    `  lab down${suffix}`,
    "",
  ].join("\n");
}
