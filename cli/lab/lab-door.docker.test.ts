import { afterAll, beforeAll, expect, it } from "vitest";
import type { LabStatus } from "../report/lab-status.ts";
import { docker } from "../testing/engine-inventory.ts";
import { labCommand } from "../testing/run-lab.ts";
import { doorService, frontBalancer } from "./own-services.ts";

const name = "test-door";
const command = labCommand({ name });
const container = (service: string) => `session-lab-${name}-${service}-1`;

beforeAll(async () => {
  await command.up();
});
afterAll(async () => {
  await command.run(["down"]);
  command[Symbol.dispose]();
});

/** What the app servers say of the sessions in their memory. */
async function inMemory(): Promise<(number | null)[]> {
  const { sessions } = JSON.parse((await command.run(["status", "--json"])).stdout) as LabStatus;
  return Object.values(sessions.memory!);
}

it("is open while nginx is dead: the app servers still tell what they hold", async () => {
  await docker("kill", container(frontBalancer));
  expect(await inMemory()).toEqual([0, 0, 0]);
  expect(await command.run(["heal"])).toMatchObject({ exitCode: 0 });
});

it("is found again after it died and was healed, at whatever port", async () => {
  await docker("kill", container(doorService));
  expect(await inMemory()).toEqual([null, null, null]);
  expect(await command.run(["heal"])).toMatchObject({ exitCode: 0 });
  expect(await inMemory()).toEqual([0, 0, 0]);
});

it("is nothing to break: without it nobody would see what became of the others", async () => {
  const { exitCode, stderr } = await command.run(["fault", "kill", doorService]);
  expect([exitCode, stderr]).toEqual([64, expect.stringContaining(`"${doorService}"`)]);
});
