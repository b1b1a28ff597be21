import { expect, it } from "vitest";
import type { ContainerState } from "../subject/deployment.ts";
import { ailmentsOf } from "./ailments.ts";

const well: ContainerState = {
  service: "redis",
  id: "1",
  running: true,
  paused: false,
  exitCode: 0,
  startedAt: "2026-01-01T00:00:00Z",
  attached: true,
  health: "healthy",
};

const said = (...states: Partial<ContainerState>[]) =>
  ailmentsOf(states.map((state) => ({ ...well, ...state }))).map(
    ({ service, found, cure }) => `${service} was ${found}: ${cure}`,
  );

it("finds nothing at a service that runs, whatever its health check says", () => {
  expect(said({}, { health: "starting" })).toEqual([]);
});

it("finds what is dead, frozen and cut off", () => {
  expect(said({ running: false, exitCode: 137 }, { paused: true }, { attached: false })).toEqual([
    "redis was not running, exit code 137: started",
    "redis was frozen: unfrozen",
    "redis was cut off from the network: attached again",
  ]);
});

it("attaches before it starts: a container that starts without its network has no address", () => {
  expect(said({ running: false, exitCode: 0, attached: false })).toEqual([
    "redis was cut off from the network: attached again",
    "redis was not running, exit code 0: started",
  ]);
});
