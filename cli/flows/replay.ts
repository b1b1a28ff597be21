import { basename, join } from "node:path";
import { Chalk } from "chalk";
import { LabError } from "../errors.ts";
import { findRunFolder, historyFolders, runFiles } from "../experiment/run-folders.ts";
import { requireOwnPlace } from "../output/write-reports.ts";
import { demoRun } from "../paths.ts";
import { loadFilm } from "../replay/load-film.ts";
import { timeline } from "../replay/plain-lines.ts";
import { play } from "../replay/play.ts";
import { reportFormats } from "../report/formats.ts";
import { detectTerminal } from "../terminal/detect-terminal.ts";
import { exitCodeOf } from "../terminal/interrupt.ts";
import { serveFilm, writeFilm } from "../watch/film-page.ts";

export interface ReplayOptions {
  demo?: boolean;
  speed?: number;
  page?: boolean;
  html?: string;
  open: boolean;
}

export async function replay(
  run: string | undefined,
  { demo = false, speed, page = false, html, open }: ReplayOptions,
  { colour }: { colour: boolean },
): Promise<void> {
  const folder = findRunFolder(demo ? demoRun : wanted(run));
  if (html !== undefined) requireOwnPlace(html, reportFormats.find(({ id }) => id === "html")!);
  const [first = folder, ...others] = historyFolders(folder);
  if (others.length > 0)
    process.stderr.write(
      `A set of ${others.length + 1} trials: this is the first; ${run}/${basename(others[0]!)} plays another.\n`,
    );
  const film = await loadFilm(join(first, runFiles.history));
  if (html !== undefined) await writeFilm(film, html);
  if (page) await serveFilm(film, { open });
  if (page || html !== undefined) return;
  if (!process.stdin.isTTY || !process.stdout.isTTY || process.env.TERM === "dumb") {
    process.stdout.write(timeline(film));
    return;
  }
  const endedBy = await play(film, {
    input: process.stdin,
    output: process.stdout,
    chalk: detectTerminal({ colour }).colour ? new Chalk() : new Chalk({ level: 0 }),
    ...(speed === undefined ? {} : { speed }),
  });
  if (endedBy) process.exitCode = exitCodeOf(endedBy);
}

function wanted(run: string | undefined): string {
  if (run !== undefined) return run;
  throw new LabError("Which run?", {
    id: "no-run",
    todo: "Give a run that `lab runs` lists, `last`, or --demo for the one that comes with the lab.",
    exit: "usage",
  });
}
