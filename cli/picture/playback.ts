/** Speeds that are offered, as parts of the run's own: a run of three seconds is best watched in slow motion. */
export const speeds = [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10] as const;

/** A film is over after about this long, unless somebody chooses another speed. */
const wantedLengthMs = 60_000;

/** How long a request is drawn at least, in ms of the watcher's time. */
export const dotMs = 1_100;

/**
 * A player's knobs: pause, speed, scrub. Knows nothing of screens or clocks; whoever drives it says what time it is, in ms on a
 * clock of theirs.
 */
export class Playback {
  /** Where the film is, in ms since the run began. */
  at = 0;
  isPlaying = true;
  speed = 1;
  /** Last moment of the run, in ms. */
  end: number;
  #lastNow: number | undefined;

  constructor(end: number) {
    this.end = end;
    this.speed = speedFor(end);
  }

  get isOver(): boolean {
    return this.at >= this.end;
  }

  /** How long a request is drawn at least, in ms of the run's time. */
  get shownMs(): number {
    return dotMs * this.speed;
  }

  /** Time goes by. */
  tick(now: number): void {
    const passed = now - (this.#lastNow ?? now);
    this.#lastNow = now;
    if (this.isPlaying) this.at = Math.min(this.end, this.at + passed * this.speed);
    if (this.isOver) this.isPlaying = false;
  }

  /** Pauses, goes on, or begins anew when it is over. */
  toggle(): void {
    this.isPlaying = this.isOver || !this.isPlaying;
    if (this.isOver) this.at = 0;
  }

  seek(at: number): void {
    this.at = Math.min(this.end, Math.max(0, at));
  }

  /** Forwards or backwards by so many hundredths of the whole. */
  skip(hundredths: number): void {
    this.seek(this.at + (this.end * hundredths) / 100);
  }

  faster(): void {
    this.speed = speeds.find((speed) => speed > this.speed) ?? this.speed;
  }

  slower(): void {
    this.speed = speeds.findLast((speed) => speed < this.speed) ?? this.speed;
  }
}

/** The offered speed at which the film lasts nearest to what is wanted, and never longer than twice that. */
export function speedFor(endMs: number): number {
  return speeds.find((speed) => endMs / speed <= wantedLengthMs) ?? speeds.at(-1)!;
}
