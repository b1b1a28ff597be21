import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { execa } from "execa";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packageRoot } from "../paths.ts";
import { copyPackage } from "../testing/package-copy.ts";
import { byLotPolicy, sameRedisStore, twoStopScenario } from "../testing/things-to-add.ts";

/**
 * The table of CONTRIBUTING.md, followed literally in a copy of the package, as far as it needs no container: each thing is added
 * unfinished, and the test that the table names is red; then it is finished, and green; then the command shows it.
 */
interface Row {
  adds: string;
  files: Record<string, string>;
  /** What a table of the package gets: in this file, this text becomes that. */
  lines?: readonly [file: string, from: string, to: string][];
  /** What is unfinished at first: this text instead of that. */
  unfinished?: { file: string; text: string; instead: string };
  /** The test that is red until it is finished. */
  red: { file: string; test: RegExp };
  shows: { command: string[]; says: string };
}

const fault = `import { defineFault } from "../servers/fault.ts";

export default defineFault("hang", {
  experience: "paused by another name: connections are accepted and never answered",
  effect: { process: "freezes" },
  inject: (service) => service.pause(),
  async heal(service) {
    if ((await service.state()).paused) await service.unpause();
  },
  engineShows: ({ state }, before) => !before.state.paused && state.paused,
  isFelt: ({ feeling }, before) => before.feeling.answers && !feeling.answers,
});
`;

const original = (file: string) => readFileSync(join(packageRoot, file), "utf8");
const lesson = original("cli/workshop/lessons/01-session.ts").replace(
  /title: ".*?"/,
  'title: "The first lesson once more"',
);

const format = `import type { Result } from "../verdict/result.ts";

/** The verdict, and nothing else. */
export function verdictReport({ verdict }: Result): string {
  return \`\${verdict}\\n\`;
}
`;

const formatLine = `{
    id: "verdict",
    ending: ".verdict",
    title: "the verdict, and nothing else",
    mark: /^(confirmed|refuted|inconclusive)\\n$/,
    render: ofResult(verdictReport),
  },
`;

const command = `import type { Command } from "commander";

export function addHello(program: Command): void {
  program
    .command("hello")
    .description("say that the lab is there")
    .action(async () => {
      await (await import("../flows/hello.ts")).hello();
    });
}
`;

const cause = `{
    cause: "struck-by-lightning",
    means: "a bolt from the blue has hit the machine, and nobody else is to blame",
    fates: ["lost"],
    blamesAFault: false,
    evidence: () => undefined,
  },
`;

const rows: Row[] = [
  {
    adds: "a scenario",
    files: { "cli/scenarios/two-stop.ts": twoStopScenario },
    unfinished: {
      file: "cli/scenarios/two-stop.ts",
      text: "SIGTERM at the same moment. Who is still logged in?",
      instead: "SIGTERM.",
    },
    red: { file: "cli/theory/scenarios.test.ts", test: /^two-stop asks a question/ },
    shows: { command: ["scenario", "two-stop", "--dry-run"], says: "stop app1" },
  },
  {
    adds: "a fault",
    files: { "cli/faults/hang.ts": fault },
    unfinished: {
      file: "cli/faults/hang.ts",
      text: "paused by another name: connections are accepted and never answered",
      instead: "hangs",
    },
    red: { file: "cli/explain/explanations.test.ts", test: /fault$/ },
    shows: { command: ["explain", "hang"], says: "connections are accepted and never answered" },
  },
  {
    adds: "a policy",
    files: { "nginx/policies/by-lot.conf": byLotPolicy },
    red: { file: "scripts/docs.test.ts", test: /^the README's/ },
    shows: { command: ["explain", "by-lot"], says: "drawn by lot" },
  },
  {
    adds: "a store",
    files: { "services/app/stores/same-redis.ts": sameRedisStore },
    unfinished: {
      file: "services/app/stores/same-redis.ts",
      text: '"A session lives in the Redis without persistence."',
      instead: '"Redis"',
    },
    red: { file: "services/app/store-files.test.ts", test: /same-redis says in one plain sentence/ },
    shows: { command: ["explain", "same-redis"], says: "The same Redis by another name" },
  },
  {
    adds: "a lesson",
    files: {
      "cli/workshop/lessons/11-once-more.ts": lesson,
      // What it measured: workshop.docker.test.ts writes it with `-u`.
      "docs/example/workshop/11-once-more.json": original("docs/example/workshop/01-session.json"),
    },
    unfinished: { file: "cli/workshop/lessons/11-once-more.ts", text: "answer: 3,", instead: "answer: 4," },
    red: { file: "cli/workshop/lessons.test.ts", test: /^11-once-more knows wrong predictions/ },
    shows: { command: ["workshop", "list"], says: "The first lesson once more" },
  },
  {
    adds: "a cause",
    files: {},
    lines: [["cli/verdict/causes.ts", '{\n    cause: "no-affinity"', `${cause}  {\n    cause: "no-affinity"`]],
    unfinished: {
      file: "cli/verdict/causes.ts",
      text: "a bolt from the blue has hit the machine, and nobody else is to blame",
      instead: "bad luck",
    },
    red: { file: "cli/explain/explanations.test.ts", test: /cause$/ },
    shows: { command: ["explain", "struck-by-lightning"], says: "bolt from the blue" },
  },
  {
    adds: "a report format",
    files: { "cli/report/verdict.ts": format },
    lines: [
      ["cli/report/formats.ts", '{\n    id: "json"', `${formatLine}  {\n    id: "json"`],
      ["cli/report/formats.ts", "\n\n/** A way", '\nimport { verdictReport } from "./verdict.ts";\n\n/** A way'],
    ],
    unfinished: { file: "cli/report/verdict.ts", text: "}\\n`", instead: "}`" },
    red: { file: "cli/report/formats.test.ts", test: /^the format .verdict. renders/ },
    shows: { command: ["report", "last", "run.nothing"], says: ".verdict" },
  },
  {
    adds: "a command",
    files: {
      "cli/commands/hello.ts": command,
      "cli/flows/hello.ts": 'export async function hello(): Promise<void> {\n  process.stdout.write("hello\\n");\n}\n',
    },
    lines: [
      [
        "cli/commands/program.ts",
        "import { addImages }",
        'import { addHello } from "./hello.ts";\nimport { addImages }',
      ],
      ["cli/commands/program.ts", "addDoctor, addImages", "addDoctor, addHello, addImages"],
    ],
    red: { file: "scripts/docs.test.ts", test: /^the cheat sheet/ },
    shows: { command: ["hello"], says: "hello" },
  },
];

const copy = copyPackage({ withSources: true });
/** The failed tests of each file, by their full names: first with all rows unfinished, then with all finished. */
let unfinished: Map<string, string[]>;
let finished: Map<string, string[]>;

beforeAll(async () => {
  for (const { files, lines = [], unfinished } of rows) {
    for (const [file, text] of Object.entries(files)) {
      mkdirSync(dirname(join(copy.root, file)), { recursive: true });
      copy.write(file, text);
    }
    for (const line of lines) copy.change(...line);
    if (unfinished) copy.change(unfinished.file, unfinished.text, unfinished.instead);
  }
  unfinished = await failedTests();
  for (const { unfinished } of rows) if (unfinished) copy.change(unfinished.file, unfinished.instead, unfinished.text);
  await inCopy("npm", "run", "build");
  await inCopy("npx", "tsx", "scripts/docs.ts");
  finished = await failedTests();
}, 240_000);

afterAll(() => copy[Symbol.dispose]());

describe.each(rows)("$adds", ({ red, shows }) => {
  it(`turns ${red.file} red until it is finished`, () => {
    expect(unfinished.get(red.file)).toEqual(expect.arrayContaining([expect.stringMatching(red.test)]));
    expect(finished.get(red.file)).toEqual([]);
  });

  it(`is shown by lab ${shows.command.join(" ")}`, async () => {
    const { all } = await execa(process.execPath, [join(copy.root, "dist/cli/main.js"), ...shows.command], {
      all: true,
      reject: false,
      stdin: "ignore",
      env: { LAB_HOME: copy.root, NO_COLOR: "1" },
    });
    expect(all).toContain(shows.says);
  });
});

async function failedTests(): Promise<Map<string, string[]>> {
  const files = [...new Set(rows.map(({ red }) => red.file))];
  const { stdout } = await execa("npx", ["vitest", "run", "--project", "unit", "--reporter", "json", ...files], {
    cwd: copy.root,
    stdin: "ignore",
    reject: false,
    env: { TMPDIR: copy.root },
  });
  interface Report {
    testResults: { name: string; assertionResults: { status: string; fullName: string }[] }[];
  }
  const { testResults } = JSON.parse(stdout) as Report;
  return new Map(
    testResults.map(({ name, assertionResults }) => [
      relative(copy.root, name),
      assertionResults.filter(({ status }) => status === "failed").map(({ fullName }) => fullName),
    ]),
  );
}

async function inCopy(command: string, ...args: string[]): Promise<void> {
  await execa(command, args, { cwd: copy.root, stdin: "ignore" });
}
