import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { LabError } from "../errors.ts";
import { loadPolicies } from "./policies.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "session-lab-policies-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (file: string, ...lines: string[]) => writeFileSync(join(folder, file), `${lines.join("\n")}\n`);

const complete = [
  "# learn: nginx remembers.",
  "#",
  "#   affinity: cookie",
  "#   key: cookie",
  "#   placed-by: first-choice",
  "#   begins-with: login",
  "#   after-failover: stays",
  "#   kept-in: balancer-memory",
];

describe("policy files", () => {
  it("are the catalogue, by name, and state what theory needs", () => {
    write("round.conf", "# Round: in turn.", "#   affinity: none", "upstream round {}");
    write("learn.conf", ...complete, "upstream learn {}");
    write("notes.txt", "not a policy");

    expect(loadPolicies(folder)).toEqual([
      {
        id: "learn",
        balancerKind: "nginx",
        affinity: "cookie",
        key: "cookie",
        placedBy: "first-choice",
        affinityBegins: "login",
        afterFailover: "stays",
        keptIn: "balancer-memory",
        title: "learn: nginx remembers.",
      },
      {
        id: "round",
        balancerKind: "nginx",
        affinity: "none",
        key: null,
        placedBy: null,
        affinityBegins: null,
        afterFailover: null,
        keptIn: null,
        title: "Round: in turn.",
      },
    ]);
  });

  it("come in the order of their ids: a name before the longer names that begin with it", () => {
    for (const id of ["learn-more", "learn", "a"]) write(`${id}.conf`, ...complete);
    expect(loadPolicies(folder).map(({ id }) => id)).toEqual(["a", "learn", "learn-more"]);
  });

  it.each([
    ["affinity", "none, address, cookie"],
    ["key", "cookie"],
    ["placed-by", "ip-hash, consistent-hash, hash, first-choice"],
    ["begins-with", "visit, login"],
    ["after-failover", "stays, returns"],
    ["kept-in", "browser, address, balancer-memory"],
  ])("that do not state %s are refused, and the error says what to write", (trait, allowed) => {
    write("learn.conf", ...complete.filter((line) => !line.includes(` ${trait}:`)));
    expect(errorOf(() => loadPolicies(folder))).toEqual({
      message: `The policy file nginx/policies/learn.conf does not state "${trait}".`,
      todo: `Write a comment line "#   ${trait}: ..." with one of: ${allowed}.`,
    });
  });

  it("may speak of affinity: only a line of its own states it", () => {
    write("learn.conf", "# It is no", "# affinity: a browser meets anybody.", ...complete);
    expect(loadPolicies(folder)[0]?.affinity).toBe("cookie");
  });

  it("with a value that is not known are refused", () => {
    write("learn.conf", ...complete.map((line) => line.replace("stays", "sometimes")));
    expect(errorOf(() => loadPolicies(folder)).message).toBe(
      'The policy file nginx/policies/learn.conf says "sometimes" of "after-failover".',
    );
  });

  it("that go by an address, and state another key, are refused", () => {
    write("learn.conf", ...complete.map((line) => line.replace("affinity: cookie", "affinity: address")));
    expect(errorOf(() => loadPolicies(folder))).toEqual({
      message: 'The policy file nginx/policies/learn.conf says "cookie" of "key".',
      todo: 'Write a comment line "#   key: ..." with one of: client-network, client-address.',
    });
  });

  it("may name the balancer to which nginx hands the requests", () => {
    write("learn.conf", ...complete, "#   balancer: node");
    expect(loadPolicies(folder)[0]?.balancerKind).toBe("node");
  });

  it("with a trait but no value are refused, whatever the next line says", () => {
    write("learn.conf", "#   affinity:", "#   cookie");
    expect(errorOf(() => loadPolicies(folder)).message).toBe(
      'The policy file nginx/policies/learn.conf says "" of "affinity".',
    );
  });
});

function errorOf(act: () => unknown): { message: string; todo: string | undefined } {
  try {
    act();
  } catch (error) {
    if (error instanceof LabError) return { message: error.message, todo: error.todo };
    throw error;
  }
  throw new Error("no error was thrown");
}
