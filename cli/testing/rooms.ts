/**
 * The rooms of the CLI, and the files directly in it, along the arrow: each imports from what stands above it. `(types)`: only their types.
 * import-rule.test.ts keeps it; docs/architecture.md shows it.
 */
export const rooms: Record<string, { holds: string; imports: string }> = {
  "errors.ts": { holds: "What an error says, and the exit code that it means.", imports: "" },
  "paths.ts": { holds: "Where the package's own files are.", imports: "" },
  "version.ts": { holds: "The package's version.", imports: "paths.ts" },
  "wait.ts": { holds: "Waits for a condition, with a deadline.", imports: "" },
  host: { holds: "This machine: its folders, its files, its processes.", imports: "errors.ts, paths.ts" },
  subject: {
    holds: "What is under test, as types: roles, architectures, site, door, deployment.",
    imports: "history (types), theory (types)",
  },
  "catalogue-folder.ts": { holds: "Finds what a folder holds, one file each.", imports: "errors.ts" },
  balancers: {
    holds: "The kinds of balancers, one file each: their lists, their logs, their lives.",
    imports: "catalogue-folder.ts, subject",
  },
  history: {
    holds: "The events of a run: their shapes, their only writer, their reader.",
    imports: "errors.ts, subject (types)",
  },
  verdict: { holds: "The judge: fates, causes, doubts, the result document. Pure.", imports: "history" },
  "theory/placement": {
    holds: "Where a balancer's arithmetic leads a browser, one file each. Pure.",
    imports: "theory (types)",
  },
  theory: {
    holds: "What a scenario may say, and what may be known beforehand.",
    imports: "errors.ts, paths.ts, subject, history (types), verdict, servers (types), lab",
  },
  picture: { holds: "What the pages and the player draw. Pure.", imports: "paths.ts, subject, history, verdict" },
  report: {
    holds: "Formats of a result, one file each. Pure.",
    imports: "errors.ts, history (types), verdict, picture, lab (types)",
  },
  record: {
    holds: "What a command has begun and must not leave behind.",
    imports: "errors.ts, paths.ts, version.ts, host, docker, lab",
  },
  docker: {
    holds: "The doors to the engine, and nothing of the lab.",
    imports: "errors.ts, paths.ts, host, subject (types), theory, record, lab",
  },
  "users/by-hand": {
    holds: "Browsers that are driven by command, and kept between commands.",
    imports: "paths.ts, history (types)",
  },
  users: { holds: "Virtual users, and the lab's own site.", imports: "history (types), theory (types)" },
  servers: {
    holds: "One server of a subject: how it is broken, felt and looked into, by role and kind.",
    imports: "errors.ts, wait.ts, subject, history (types), balancers, theory, docker, users",
  },
  lab: {
    holds: "The lab's own stack as a whole: found, started, grown, healed, reset, removed, looked at.",
    imports: `
      errors.ts, paths.ts, version.ts, wait.ts, host, subject, balancers, history (types), theory, report, record,
      docker, users/by-hand, users, servers, runner (types), terminal (types), experiment`,
  },
  faults: { holds: "Only faults; file name = kind.", imports: "servers" },
  scenarios: { holds: "Only scenarios; file name = id.", imports: "theory, faults" },
  "catalogue.ts": {
    holds: "Finds scenarios, faults and lessons by their files.",
    imports: "catalogue-folder.ts, theory (types), servers (types), workshop (types)",
  },
  runner: {
    holds: "Plays the steps, heals in `finally`, never judges.",
    imports: "errors.ts, wait.ts, subject, balancers, history (types), theory/placement, theory, users, servers, lab",
  },
  terminal: {
    holds: "How a command meets a person: screen, narration, questions, signals, pauses.",
    imports: "errors.ts, host, report, record, runner",
  },
  output: {
    holds: "Where results go: terminal, files, GitHub.",
    imports: "errors.ts, host, history, verdict (types), report, terminal, experiment",
  },
  experiment: {
    holds: "One run from plan to result, or several as trials; stored runs.",
    imports: `
      errors.ts, paths.ts, version.ts, host, subject, history, verdict, theory, report (types), record (types),
      docker, users, servers, lab, catalogue.ts, runner, terminal, output`,
  },
  "experiment/comparison": {
    holds: "Several scenarios side by side: the decision table.",
    imports: `
      errors.ts, host, history (types), verdict, theory, report, record, docker, lab, catalogue.ts, terminal, output,
      experiment`,
  },
  explain: {
    holds: "What a word means, and which settings hold.",
    imports: "errors.ts, paths.ts, verdict, theory, report, docker, lab, catalogue.ts",
  },
  replay: { holds: "Plays a stored run in the terminal.", imports: "history, verdict, picture, report" },
  watch: {
    holds: "The live page: its server, its users, its buttons.",
    imports: `
      errors.ts, host, subject (types), history, theory (types), picture, report, record, docker (types), users,
      servers, lab, catalogue.ts, runner, terminal`,
  },
  workshop: {
    holds: "What plays a lesson.",
    imports: `
      errors.ts, paths.ts, wait.ts, history (types), verdict (types), theory, report, record, docker, users/by-hand,
      users, lab, catalogue.ts, runner (types), terminal, experiment, commands (types)`,
  },
  "workshop/lessons": { holds: "Only lessons; file name = number and id.", imports: "workshop" },
  "terminal/completion": {
    holds: "What may follow on a command line.",
    imports: "theory, users/by-hand, lab, catalogue.ts, experiment, explain",
  },
  commands: {
    holds: "One verb a file: its options, and one call.",
    imports: `
      errors.ts, paths.ts, version.ts, verdict (types), theory, report, record, docker, users/by-hand, lab,
      catalogue.ts, terminal, output, experiment, experiment/comparison, explain, replay, watch, workshop,
      terminal/completion`,
  },
  "main.ts": {
    holds: "The program: knows the commands, prints errors, sets exit codes.",
    imports: "errors.ts, report, record, lab, commands",
  },
};

/** Where a room still imports from one that stands below it. The aim is an empty list; files make no circle all the same. */
export const againstTheArrow = [
  "subject -> history",
  "subject -> theory",
  "theory/placement -> theory",
  "theory -> servers",
  "theory -> lab",
  "report -> servers",
  "report -> lab",
  "record -> docker",
  "record -> lab",
  "docker -> lab",
  "lab -> runner",
  "lab -> terminal",
  "lab -> experiment",
  "catalogue.ts -> workshop",
  "output -> experiment",
  "workshop -> commands",
];
