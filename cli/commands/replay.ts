import type { Command } from "commander";
import { LabError } from "../errors.ts";

interface ReplayOptions {
  demo?: boolean;
  speed?: number;
  page?: boolean;
  html?: string;
  open: boolean;
}

export function addReplay(program: Command): void {
  program
    .command("replay")
    .description("play a stored run again, in the terminal or in a browser; needs no engine")
    .argument("[run]", "a run's id, its folder, or `last`; <id>/trial-2 for one trial")
    .option("--demo", "the recorded run that comes with the lab")
    .option("--speed <number>", "part of the run's own speed, e.g. 0.1 (default: over in about a minute)", speed)
    .option("--page", "in a browser instead, on a page that is there until Ctrl-C")
    .option("--html <file>", "write a page that plays it, without a server or a network")
    .option("--no-open", "with --page: print the address, open no browser")
    .action(async (run: string | undefined, options: ReplayOptions, command: Command) => {
      await replay(run, { ...options, colour: command.optsWithGlobals().color !== false });
    });
}

async function replay(
  run: string | undefined,
  { demo = false, speed, page = false, html, open, colour }: ReplayOptions & { colour: boolean },
): Promise<void> {
  const [
    { findRunFolder, historyFolders, runFiles },
    { demoRun },
    { loadFilm },
    { detectTerminal },
    { basename, join },
  ] = await Promise.all([
    import("../experiment/run-folders.ts"),
    import("../paths.ts"),
    import("../replay/load-film.ts"),
    import("../terminal/terminal.ts"),
    import("node:path"),
  ]);
  const folder = findRunFolder(demo ? demoRun : wanted(run));
  if (html !== undefined) await requireOwnPage(html);
  const [first = folder, ...others] = historyFolders(folder);
  if (others.length > 0)
    process.stderr.write(
      `A set of ${others.length + 1} trials: this is the first; ${run}/${basename(others[0]!)} plays another.\n`,
    );
  const film = await loadFilm(join(first, runFiles.history));
  if (page || html !== undefined) {
    const { serveFilm, writeFilm } = await import("../watch/film-page.ts");
    if (html !== undefined) await writeFilm(film, html);
    if (page) await serveFilm(film, { open });
    return;
  }
  const terminal = detectTerminal({ colour });
  if (!process.stdin.isTTY || !process.stdout.isTTY || process.env.TERM === "dumb") {
    const { timeline } = await import("../replay/timeline.ts");
    process.stdout.write(timeline(film));
    return;
  }
  const [{ play }, { Chalk }, { balancer }, { exitCodeOf }] = await Promise.all([
    import("../replay/play.ts"),
    import("chalk"),
    import("../lab/topology.ts"),
    import("../terminal/interrupt.ts"),
  ]);
  const endedBy = await play(film, {
    input: process.stdin,
    output: process.stdout,
    chalk: terminal.colour ? new Chalk() : new Chalk({ level: 0 }),
    balancer,
    ...(speed === undefined ? {} : { speed }),
  });
  if (endedBy) process.exitCode = exitCodeOf(endedBy);
}

async function requireOwnPage(file: string): Promise<void> {
  const [{ requireOwnPlace }, { reportFormats }] = await Promise.all([
    import("../output/write-reports.ts"),
    import("../report/formats.ts"),
  ]);
  requireOwnPlace(file, reportFormats.find(({ id }) => id === "html")!);
}

function wanted(run: string | undefined): string {
  if (run !== undefined) return run;
  throw new LabError("Which run?", {
    id: "no-run",
    todo: "Give a run that `lab runs` lists, `last`, or --demo for the one that comes with the lab.",
    exit: "usage",
  });
}

function speed(text: string): number {
  const number = Number(text);
  if (number >= 0.001 && number <= 1_000) return number;
  throw new LabError(`--speed is "${text}".`, {
    id: "bad-speed",
    todo: "Give a number from 0.001 to 1000; 1 is the speed of the run itself.",
    exit: "usage",
  });
}
