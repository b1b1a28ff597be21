import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { openPseudoTerminal } from "../testing/pseudo-terminal.ts";
import { labCommand } from "../testing/run-lab.ts";

const lab = labCommand({ name: "test-compare" });
const folder = mkdtempSync(join(tmpdir(), "compare-"));
afterAll(() => {
  lab[Symbol.dispose]();
  rmSync(folder, { recursive: true });
});

it("a comparison without an engine ends with that error, also in a terminal in which something turns", async () => {
  const terminal = openPseudoTerminal(["compare"], {
    LAB_HOME: lab.home,
    DOCKER_HOST: `unix://${folder}/none.sock`,
  });
  await terminal.waitFor("looking for a running lab");
  expect(await terminal.ended).toBe(3);
  expect(terminal.seen()).toContain("(engine-down)");
});

it.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)("a comparison that is ended while it waits for the engine exits after %s with %i", async (name, code) => {
  const sockets: Socket[] = [];
  let seen = () => {};
  const isAsked = new Promise<void>((resolve) => {
    seen = resolve;
  });
  const address = join(folder, `${name}.sock`);
  const engine = createServer((socket) => {
    sockets.push(socket);
    socket.on("data", seen);
  });
  await new Promise<void>((resolve) => engine.listen(address, resolve));

  const command = lab.start(["compare"], { env: { DOCKER_HOST: `unix://${address}` } });
  await isAsked;
  // It says so as soon as it has noticed, and then loses the engine, too.
  command.stderr.on("data", (text: Buffer) => {
    if (text.includes("ending in good order")) for (const socket of sockets) socket.destroy();
  });
  command.kill(name);
  const { exitCode, stderr, stdout } = await command;
  engine.close();
  expect({ exitCode, stdout }).toEqual({ exitCode: code, stdout: "" });
  expect(stderr).not.toMatch(/internal error|engine-down/);
});
