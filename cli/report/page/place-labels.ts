export interface Label {
  /** Where it points, in the picture's units. */
  x: number;
  text: string;
}

export interface PlacedLabel extends Label {
  /** Counted from the picture upwards, from 0. */
  row: number;
}

/**
 * Flags on poles, the text to the right of its pole: each so high that its text clears the poles to its right.
 *
 * @param perCharacter how wide a character is, in the picture's units
 * @returns from left to right
 */
export function placeLabels(labels: readonly Label[], perCharacter: number): PlacedLabel[] {
  const placed: PlacedLabel[] = [];
  for (const { x, text } of [...labels].sort((one, other) => other.x - one.x)) {
    const end = x + text.length * perCharacter;
    const inTheWay = placed.filter((label) => label.x < end).map(({ row }) => row);
    placed.push({ x, text, row: Math.max(-1, ...inTheWay) + 1 });
  }
  return placed.reverse();
}
