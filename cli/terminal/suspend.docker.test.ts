/** Ctrl-Z in a shell with job control, while something is broken; then `fg`. */
import { spawn } from "node:child_process";
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { afterAll, beforeAll, expect, it, onTestFailed } from "vitest";
import { packageRoot } from "../paths.ts";
import { docker } from "../testing/engine-inventory.ts";
import { hangMs } from "../testing/engine-pace.ts";
import { Traces } from "../testing/nothing-left.ts";
import { type LabCommand, labCommand } from "../testing/run-lab.ts";
import { seenInTime } from "../testing/seen-in-time.ts";

const name = "test-suspend";
const scenario = ["scenario", "server-freeze", "--users", "1", "--policy", "cookie", "--store", "memory"];
let lab: LabCommand;
beforeAll(() => {
  lab = labCommand({ name });
});
afterAll(async () => {
  await lab.run(["down"]);
  lab[Symbol.dispose]();
});

it("says what stays broken and running, stops, and goes on with `fg`", async () => {
  const shell = openShell([process.execPath, join(packageRoot, "dist/cli/main.js"), ...scenario]);
  onTestFailed(() => void shell.press("\u0003"));
  await seen("a frozen server", async () => (await frozen()).length > 0);
  shell.press("\u001a");

  await seen("the shell again", async () => shell.said().includes("the shell has it: stopped T"));
  expect(shell.said()).toContain(
    `suspended: app2 stays broken (freeze), the lab "${name}" stays as it is. Nothing of it is undone before you type \`fg\`.`,
  );
  expect(await frozen()).toEqual([`session-lab-${name}-app2-1`]);

  shell.press("\r");
  await seen("it to go on", async () => shell.said().includes("going on"));
  await seen("its end", async () => shell.said().includes("the shell has it: ended"));
  const traces = new Traces({ name, home: lab.home, decoys: { names: [], pid: 0 } });
  await shell.closed;
  expect((await traces.nothingLeft()).left).toEqual([]);
});

/** bash with job control in a terminal: runs the command, says when it has stopped, waits for ENTER, continues it. */
function openShell(words: readonly string[]) {
  const quoted = words.map((word) => `'${word}'`).join(" ");
  const script = [
    "set -m",
    quoted,
    'echo "the shell has it: stopped $(ps -o stat= -p "$(jobs -p)" | cut -c1)"',
    "read -r",
    "fg",
    'echo "the shell has it: ended"',
  ];
  const child = spawn("script", ["-qefc", `bash -c '${script.join("\n").replaceAll("'", "'\\''")}'`, "/dev/null"], {
    env: { ...process.env, TERM: "xterm", LAB_NAME: name, LAB_HOME: lab.home, TMPDIR: lab.home, NO_COLOR: "1" },
    stdio: ["pipe", "pipe", "inherit"],
  });
  let raw = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    raw += text;
  });
  return {
    said: () => stripVTControlCharacters(raw),
    press: (keys: string) => child.stdin.write(keys),
    closed: new Promise((resolve) => child.once("close", resolve)),
  };
}

function frozen(): Promise<string[]> {
  const filters = ["--filter", `label=dev.session-lab.lab=${name}`, "--filter", "status=paused"];
  return docker("ps", "--all", ...filters, "--format", "{{.Names}}");
}

async function seen(what: string, look: () => Promise<boolean>): Promise<void> {
  await seenInTime(what, { look, until: Boolean, deadlineMs: hangMs });
}
