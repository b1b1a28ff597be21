/** The width of every picture in its own units; it is stretched to what there is. */
export const pictureWidth = 1_000;

/** From milliseconds to the picture's units, the whole trial from edge to edge. */
export function scaleOf(durationMs: number): (ms: number) => number {
  const span = Math.max(1, durationMs);
  return (ms) => Math.round((Math.min(Math.max(ms, 0), span) / span) * pictureWidth * 10) / 10;
}

/** Instants for an axis, at most about ten, at round numbers. */
export function ticks(durationMs: number): number[] {
  const step = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 30_000, 60_000, 120_000, 300_000, 600_000].find(
    (size) => durationMs / size <= 10,
  );
  const size = step ?? Math.ceil(durationMs / 10);
  return Array.from({ length: Math.floor(durationMs / size) + 1 }, (_, index) => index * size);
}

/** `2.5 s`, `750 ms`. */
export function duration(ms: number): string {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}

/** `left` or `width` for the style of an element that lies over a picture. */
export function percent(units: number): string {
  return `${((units / pictureWidth) * 100).toFixed(2)}%`;
}
