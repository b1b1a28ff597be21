/**
 * The rooms of the CLI, and the files directly in it, along the arrow: each imports from what stands above it. `(types)`: only their types.
 * import-rule.test.ts keeps it; docs/architecture.md shows it.
 */
export const rooms: Record<string, { holds: string; imports: string }> = {
  "errors.ts": { holds: "What an error says, and the exit code that it means.", imports: "" },
  "paths.ts": { holds: "Where the package's own files are.", imports: "" },
  "version.ts": { holds: "The package's version.", imports: "paths.ts" },
  "wait.ts": { holds: "Waits for a condition, or acts until it is done, with a deadline.", imports: "" },
  host: { holds: "This machine: its folders, its files, its processes.", imports: "errors.ts, paths.ts" },
  history: { holds: "The events of a run: their shapes, their only writer, their reader.", imports: "errors.ts" },
  verdict: { holds: "The judge: fates, causes, doubts, the result document. Pure.", imports: "history" },
  theory: {
    holds: "What a scenario may say, and what may be known beforehand.",
    imports: "errors.ts, paths.ts, history, verdict, servers (types)",
  },
  "theory/placement": {
    holds: "Where a balancer's arithmetic leads a browser, one file each. Pure.",
    imports: "theory (types)",
  },
  subject: {
    holds: "What is under test, as types: roles, architectures, site, door, deployment.",
    imports: "history (types), theory (types)",
  },
  picture: { holds: "What the pages and the player draw. Pure.", imports: "paths.ts, history, verdict" },
  report: {
    holds: "Formats of a result, one file each. Pure.",
    imports: "errors.ts, history (types), verdict, subject (types), picture",
  },
  "catalogue-folder.ts": { holds: "Finds what a folder holds, one file each.", imports: "errors.ts" },
  balancers: {
    holds: "The kinds of balancers, one file each: their lists, their logs, their lives.",
    imports: "history (types), subject, catalogue-folder.ts",
  },
  docker: { holds: "The doors to the engine, and nothing of the lab.", imports: "errors.ts, subject (types)" },
  "lab/identity": { holds: "What a lab is called, and by what it is known on an engine.", imports: "" },
  record: {
    holds: "What a command has begun and must not leave behind.",
    imports: "errors.ts, paths.ts, version.ts, host, docker, lab/identity",
  },
  "users/by-hand": {
    holds: "Browsers that are driven by command, and kept between commands.",
    imports: "paths.ts, history (types)",
  },
  users: {
    holds: "Virtual users, and the lab's own site.",
    imports: "history (types), theory (types), subject (types)",
  },
  servers: {
    holds: "One server of a subject: how it is broken, felt and looked into, by role and kind.",
    imports: "errors.ts, wait.ts, history, theory, subject, report (types), balancers, docker, users",
  },
  faults: { holds: "Only faults; file name = kind.", imports: "servers" },
  scenarios: { holds: "Only scenarios; file name = id.", imports: "theory, faults" },
  "catalogue.ts": {
    holds: "Finds scenarios, faults and lessons by their files.",
    imports: "theory (types), catalogue-folder.ts, servers (types), workshop (types)",
  },
  runner: {
    holds: "Plays the steps, heals in `finally`, never judges.",
    imports: "errors.ts, wait.ts, history, theory, theory/placement, subject, balancers, users, servers",
  },
  terminal: {
    holds: "How a command meets a person: screen, narration, questions, signals, pauses.",
    imports: "errors.ts, host, report, record, runner",
  },
  "lab/images": {
    holds: "The images of a lab's containers: chosen, fetched, built, kept in files.",
    imports: "errors.ts, paths.ts, host, docker, lab/identity",
  },
  lab: {
    holds: "The lab's own stack as a whole: found, started, grown, healed, reset, removed, looked at.",
    imports: `
      errors.ts, paths.ts, version.ts, wait.ts, host, history, theory, subject, report, balancers, docker,
      lab/identity, record, users/by-hand, users, servers, catalogue.ts, terminal (types), lab/images`,
  },
  experiment: {
    holds: "One run from plan to result, or several as trials; stored runs.",
    imports: `
      errors.ts, paths.ts, version.ts, host, history, verdict, theory, subject, report (types),
      lab/identity (types), record (types), users, servers, catalogue.ts, runner, terminal, lab/images, lab`,
  },
  "experiment/comparison": {
    holds: "Several scenarios side by side: the decision table.",
    imports: `
      errors.ts, host, history (types), verdict, theory, report (types), catalogue.ts, terminal, lab, experiment`,
  },
  output: {
    holds: "Where results go: terminal, files, GitHub.",
    imports: "errors.ts, host, history, verdict (types), report, terminal, experiment",
  },
  explain: {
    holds: "What a word means, and which settings hold.",
    imports: "errors.ts, paths.ts, verdict, theory, report, docker, lab/identity, catalogue.ts",
  },
  replay: { holds: "Plays a stored run in the terminal.", imports: "history, verdict, picture, report" },
  watch: {
    holds: "The live page: its server, its users, its buttons.",
    imports: `
      errors.ts, host, history, theory (types), subject (types), picture, report, lab/identity (types), record,
      users, servers, catalogue.ts, runner, terminal, lab`,
  },
  workshop: {
    holds: "What plays a lesson.",
    imports: `
      errors.ts, paths.ts, wait.ts, history, verdict (types), theory, report, lab/identity, record, users/by-hand,
      users, catalogue.ts, runner (types), terminal, lab, experiment`,
  },
  "workshop/lessons": { holds: "Only lessons; file name = number and id.", imports: "workshop" },
  "terminal/completion": {
    holds: "What may follow on a command line.",
    imports: "history, theory, users/by-hand, catalogue.ts, lab, experiment, explain",
  },
  flows: {
    holds: "What a command does, one verb a file: gets its subject, calls the rooms, prints.",
    imports: `
      errors.ts, paths.ts, history, verdict (types), theory, report, lab/identity, record, users/by-hand,
      catalogue.ts, terminal, lab/images, lab, experiment, experiment/comparison, output, explain, replay, watch,
      workshop, terminal/completion`,
  },
  commands: {
    holds: "One verb a file: its options, and one call.",
    imports: `
      errors.ts, version.ts, history, lab/identity, users/by-hand, catalogue.ts, lab, experiment,
      workshop (types), flows`,
  },
  "main.ts": {
    holds: "The program: knows the commands, prints errors, sets exit codes.",
    imports: "errors.ts, report, record, lab, commands",
  },
};

/** Where a room still imports from one that stands below it. The aim is an empty list; files make no circle all the same. */
export const againstTheArrow = ["theory -> servers", "catalogue.ts -> workshop"];
