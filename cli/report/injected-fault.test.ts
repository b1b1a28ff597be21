import { expect, it } from "vitest";
import { faultReport, type InjectedFault } from "./injected-fault.ts";

const page = { columns: 80, colour: false };

const killed: InjectedFault = {
  kind: "kill",
  target: "app2",
  confirmed: true,
  experience: "SIGKILL: the process is gone at once, with everything in its memory; its address falls silent",
  evidence: [
    { source: "engine", shows: true, says: "app2 is not running, exit code 137" },
    { source: "felt", shows: true, says: "asking app2 gives status 504" },
  ],
};

it("says by which two signs a fault is confirmed, and what it means", () => {
  expect(faultReport(killed, page)).toMatchInlineSnapshot(`
    "✓ kill app2: confirmed by two signs
      the engine says: app2 is not running, exit code 137
      what is felt: asking app2 gives status 504
      SIGKILL: the process is gone at once, with everything in its memory; its
        address falls silent
    "
  `);
});

it("says what was seen instead of a sign", () => {
  const felt = { source: "felt", shows: false, says: "app2 answers, boot 9f7d1a88" } as const;
  expect(
    faultReport({ ...killed, confirmed: false, evidence: [killed.evidence[0]!, felt] }, page),
  ).toMatchInlineSnapshot(`
    "? kill app2: not confirmed
      the engine says: app2 is not running, exit code 137
      what is felt: app2 answers, boot 9f7d1a88 (this is no sign of the fault)
      SIGKILL: the process is gone at once, with everything in its memory; its
        address falls silent
    "
  `);
});

it("writes out what could command the terminal", () => {
  expect(faultReport({ ...killed, target: "\u001b[2J" }, page)).toContain("kill \\x1b[2J");
});
