import { defineConfig } from "vitest/config";

/** How long `expect.poll` goes on: Vitest's own second is short for a busy machine, and what never comes true still fails. */
const patience = { poll: { timeout: 20_000 } };

/**
 * Three projects, one after the other: `unit` needs nothing but Node; `browser` needs Chromium, and an engine for the live page;
 * `docker` needs an engine and runs three files at a time: each has labs of its own name, and more than half of its time is waiting.
 */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "unit",
          sequence: { groupOrder: 0 },
          include: ["{cli,services,scripts}/**/*.test.ts"],
          exclude: ["**/*.docker.test.ts", "**/*.browser.test.ts", "**/*.matrix.test.ts", "node_modules/**", "dist/**"],
          // On two processors Vitest would take one.
          maxWorkers: "100%",
          // None takes a second for itself; the machine may be busy with others.
          testTimeout: 30_000,
          expect: patience,
        },
      },
      {
        test: {
          name: "browser",
          sequence: { groupOrder: 1 },
          include: ["{cli,services,scripts}/**/*.browser.test.ts"],
          fileParallelism: false,
          globalSetup: ["cli/testing/needs-chromium.ts", "cli/testing/needs-engine.ts"],
          testTimeout: 120_000,
          expect: patience,
          hookTimeout: 120_000,
        },
      },
      {
        test: {
          // Everything by everything: alone on the machine, since it takes a slow one for what it cannot tell. `npm run test:matrix`.
          name: "matrix",
          sequence: { groupOrder: 3 },
          include: ["{cli,services,scripts}/**/*.matrix.test.ts"],
          globalSetup: ["cli/testing/needs-engine.ts"],
          testTimeout: 600_000,
          hookTimeout: 1_800_000,
        },
      },
      {
        test: {
          name: "docker",
          sequence: { groupOrder: 2 },
          include: ["{cli,services,scripts}/**/*.docker.test.ts"],
          maxWorkers: 3,
          globalSetup: ["cli/testing/needs-engine.ts"],
          testTimeout: 600_000,
          expect: patience,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
