import { describe, expect, it } from "vitest";
import { Playback, speedFor } from "./playback.ts";

/** A playback of ten seconds at its own speed, and a clock that somebody else winds. */
function playing() {
  const playback = new Playback(10_000);
  playback.speed = 1;
  playback.tick(500);
  return playback;
}

describe("playback", () => {
  it("goes with the clock, times the speed", () => {
    const playback = playing();
    playback.tick(1_500);
    expect(playback.at).toBe(1_000);
    playback.slower();
    playback.tick(2_500);
    expect(playback.at).toBe(1_500);
    playback.faster();
    playback.faster();
    playback.tick(3_500);
    expect(playback.at).toBe(3_500);
  });

  it("stands still while paused, and the pause is not made up for", () => {
    const playback = playing();
    playback.toggle();
    playback.tick(60_000);
    playback.toggle();
    playback.tick(60_100);
    expect(playback.at).toBe(100);
  });

  it("stops at the end, and begins anew when it is started again", () => {
    const playback = playing();
    playback.tick(99_000);
    expect(playback).toMatchObject({ at: 10_000, isPlaying: false, isOver: true });
    playback.toggle();
    expect(playback).toMatchObject({ at: 0, isPlaying: true });
  });

  it("scrubs within the run and never out of it", () => {
    const playback = playing();
    playback.skip(25);
    expect(playback.at).toBe(2_500);
    playback.skip(-90);
    expect(playback.at).toBe(0);
    playback.seek(99_999);
    expect(playback.at).toBe(10_000);
  });

  it("knows a slowest and a fastest speed", () => {
    const playback = playing();
    for (let press = 0; press < 50; press++) playback.slower();
    expect(playback.speed).toBe(0.02);
    for (let press = 0; press < 50; press++) playback.faster();
    expect(playback.speed).toBe(10);
  });

  it.each([
    [500, 0.02],
    [5_000, 0.1],
    [40_000, 1],
    [3_600_000, 10],
  ])("of a run of %d ms begins at the speed %d", (end, speed) => {
    expect(speedFor(end)).toBe(speed);
  });
});
