import type { Answer as SiteAnswer } from "../history/events.ts";
import type { CheckOutcome, LessonAnswer, LessonPoint, Measured, Question } from "../report/lesson-words.ts";
import type { Result } from "../verdict/result.ts";

export type { CheckOutcome, LessonAnswer, Measured, Question };

/** Looks at the lab; changes nothing that the learner would notice. */
export interface Check {
  name: string;
  look(tools: LessonTools): Promise<CheckOutcome>;
}

/** Command lines without the word `lab`, typed one after the other; what one of them did may decide what the next one is. */
export type Typing = AsyncGenerator<string, void>;

/** One lesson: a file in cli/workshop/lessons. Files are taken in the order of their names, which are `<number>-<id>`. */
export interface Lesson extends LessonPoint {
  title: string;
  /** How long a room needs for it, discussion included. */
  minutes: number;
  /** Architectures of which it speaks; all their stores must be running. */
  stores: readonly string[];
  /** Paragraphs, shown while the containers start. */
  intro: readonly string[];
  /** Finds the answer on the running lab. Never a stored one. */
  experiment(tools: LessonTools): Promise<Measured>;
  /** What the learner does with own hands. */
  task: {
    /** Paragraphs. */
    says: readonly string[];
    /** Browsers of which the task speaks; they begin without cookies. */
    users: readonly string[];
    setup?(tools: LessonTools): Typing;
    checks: readonly Check[];
    /** From a nudge to nearly all of it. */
    hints: readonly [string, string, string];
    solve(tools: LessonTools): Typing;
  };
}

export function defineLesson(lesson: Lesson): Lesson {
  return lesson;
}

/** What one browser was answered. */
export interface Reply {
  answer: SiteAnswer;
  server: string | undefined;
  boot: string | undefined;
  /** In a sentence, compared with what the site had acknowledged before. */
  says: string;
}

/** A browser that nobody else knows: for experiments and checks. */
export interface Stranger {
  do(what: "log-in" | "add-item" | "who-am-i" | "log-out"): Promise<Reply>;
  /** Asks one app server, past the balancer, with the cookies of the last acknowledged write. */
  askAt(appServer: string): Promise<Reply>;
  /** Tries the cookies of the last acknowledged write, as a thief would have copied them. */
  replay(): Promise<Reply>;
  readonly home: string | undefined;
}

/** A browser that is driven with `lab user`. */
export interface KnownUser {
  name: string;
  session: "never" | "logged-in" | "logged-out" | "unknown";
  cart: readonly string[];
  home: { server: string; boot: string } | null;
}

/** The lab, as lessons use it. */
export interface LessonTools {
  appServers: readonly string[];
  /** Ids of the stores and architectures that this lab offers. */
  stores: readonly string[];
  architectures: readonly string[];
  play(
    scenario: string,
    options: { policies: readonly string[]; stores: readonly string[]; users: number },
  ): Promise<Result>;
  stranger(architecture: string): Stranger;
  /** Has the user's own browser ask who it is. */
  whoami(user: string, architecture: string): Promise<Reply>;
  /** Asks until the answer is this one, for a few seconds: longer than nginx's failure window. @returns the last reply */
  whoamiUntil(user: string, architecture: string, answer: SiteAnswer): Promise<Reply>;
  known(user: string, architecture: string): KnownUser | undefined;
  /** Everybody who is driven at this architecture. */
  everybody(architecture: string): KnownUser[];
  /** What the engine says of a service. */
  state(service: string): Promise<{ running: boolean; attached: boolean; startedAt: string }>;
  /** The life of an app server; undefined while it does not answer. */
  boot(appServer: string): Promise<string | undefined>;
  /** Which server holds a store's sessions; undefined where none does. */
  serverOf(store: string): string | undefined;
  kill(service: string): Promise<void>;
  /** Mends everything, and waits until it answers. */
  heal(): Promise<void>;
  /** A note from the setup for the checks, kept with the progress. */
  remember(key: string, value: string): void;
  recall(key: string): string | undefined;
}

/** A check that many lessons need. */
export function isLoggedIn(user: string, architecture: string): Check {
  return {
    name: `${user} is logged in at ${architecture}`,
    look: async (tools) => {
      if (tools.known(user, architecture) === undefined)
        return { ok: false, says: `${user} has not been at ${architecture} yet` };
      const { answer, says } = await tools.whoami(user, architecture);
      return { ok: answer === "me", says };
    },
  };
}

/** The opposite: the site has answered, and knows nobody; of somebody who had logged in and never logged out. */
export function isLoggedOut(user: string, architecture: string): Check {
  return {
    name: `${user} is logged out at ${architecture}, without having logged out`,
    look: async (tools) => {
      if (tools.known(user, architecture)?.session !== "logged-in")
        return { ok: false, says: `${user} is not on record as logged in at ${architecture}` };
      const { answer, says } = await tools.whoami(user, architecture);
      return { ok: answer === "anonymous", says };
    },
  };
}
