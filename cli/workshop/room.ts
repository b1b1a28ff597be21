import { detectTerminal, type Terminal } from "../terminal/detect-terminal.ts";
import { type Interrupt, interruptibly } from "../terminal/interrupt.ts";
import { openNarrator } from "../terminal/narrator.ts";
import type { PresentationOptions } from "../terminal/present/open-presentation.ts";
import { type LessonLab, openLessonLab } from "./lesson-lab.ts";
import { Progress } from "./progress.ts";

/** What was asked for on the command line. */
export interface WorkshopSettings extends PresentationOptions {
  name: string;
  port?: number;
  predict?: string;
  all?: boolean;
  json?: boolean;
  colour: boolean;
  input: boolean;
}

/** Everything that a part of the workshop needs. */
export interface Room {
  progress: Progress;
  terminal: Terminal;
  interrupt: Interrupt;
  /** The lab, which is opened at the first call; what goes on meanwhile is told only when `aloud` was called. */
  lessonLab(): Promise<LessonLab>;
  aloud(): void;
  /** To stdout. */
  print(text: string): void;
  /** A line to stderr. */
  say(text: string): void;
}

/** Opens the room for as long as something is done in it. */
export async function inRoom(settings: WorkshopSettings, act: (room: Room) => Promise<void>): Promise<void> {
  await interruptibly("ending in good order", (interrupt) => openRoom(settings, interrupt, act));
}

async function openRoom(
  settings: WorkshopSettings,
  interrupt: Interrupt,
  act: (room: Room) => Promise<void>,
): Promise<void> {
  const terminal = detectTerminal({ colour: settings.colour });
  const narrator = await openNarrator(terminal);
  const progress = new Progress(settings.name);
  let isAloud = false;
  let opening: Promise<LessonLab> | undefined;
  const quiet = {
    tell: () => {},
    doing: (text: string) => {
      if (isAloud) narrator.doing(text);
    },
  };
  const lessonLab = () => {
    const { name, port } = settings;
    opening ??= openLessonLab({ name, progress, narrator: quiet, interrupt, ...(port === undefined ? {} : { port }) });
    // A verb that awaits the lab sees its error. Until then nothing awaits it, and Node would end the process.
    opening.catch(() => {});
    return opening;
  };
  const aloud = () => {
    isAloud = true;
  };
  const print = (text: string) => {
    narrator.rest();
    process.stdout.write(text);
  };
  const say = (text: string) => {
    narrator.rest();
    process.stderr.write(`${text}\n`);
  };
  try {
    await act({ progress, terminal, interrupt, lessonLab, aloud, print, say });
  } finally {
    narrator.end();
    await (await opening?.catch(() => undefined))?.close();
  }
}
