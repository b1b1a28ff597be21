import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { stateFolder } from "../paths.ts";

const answer = z.union([z.number(), z.string()]);
const lessonProgressSchema = z.object({
  /** All checks have passed once. */
  done: z.boolean().default(false),
  hints: z.number().int().default(0),
  predicted: answer.optional(),
  measured: z.object({ answer, says: z.string() }).optional(),
  /** What the setup noted for the checks. */
  notes: z.record(z.string(), z.string()).default({}),
});
const progressSchema = z.object({
  /** The lesson that was begun last. */
  current: z.string().optional(),
  lessons: z.record(z.string(), lessonProgressSchema).default({}),
});

export type LessonProgress = z.infer<typeof lessonProgressSchema>;

/** How far somebody has come, kept from one command to the next: one file for each lab. */
export class Progress {
  readonly #file: string;
  readonly #state: z.infer<typeof progressSchema>;

  /** @param lab its name; a damaged file is as good as none: the worst is that a lesson is not known to be done */
  constructor(lab: string, folder: string = join(stateFolder(), "workshop")) {
    this.#file = join(folder, `${lab}.json`);
    this.#state = read(this.#file);
  }

  get current(): string | undefined {
    return this.#state.current;
  }

  of(lesson: string): LessonProgress {
    return this.#state.lessons[lesson] ?? lessonProgressSchema.parse({});
  }

  /** Begins a lesson, or goes on with it. */
  begin(lesson: string): void {
    this.#state.current = lesson;
    this.note(lesson, {});
  }

  note(lesson: string, changes: Partial<LessonProgress>): void {
    this.#state.lessons[lesson] = { ...this.of(lesson), ...changes };
    this.#write();
  }

  /** Forgets everything. */
  forget(): void {
    rmSync(this.#file, { force: true });
    this.#state.lessons = {};
    delete this.#state.current;
  }

  /** As a whole, so that nobody reads half of it. */
  #write(): void {
    mkdirSync(join(this.#file, ".."), { recursive: true, mode: 0o700 });
    const draft = `${this.#file}.${process.pid}`;
    writeFileSync(draft, `${JSON.stringify(this.#state, null, 2)}\n`, { mode: 0o600 });
    renameSync(draft, this.#file);
  }
}

function read(file: string): z.infer<typeof progressSchema> {
  try {
    return progressSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return progressSchema.parse({});
  }
}
