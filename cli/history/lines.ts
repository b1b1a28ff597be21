import { createReadStream } from "node:fs";

const chunkBytes = 256 * 1024;
/** In UTF-16 units. The longest line of a sound history, its first, has some ten thousand. */
const longestLine = 1024 * 1024;

/** What stands there is no line that could be read, whatever is in it. */
export class LongLine extends Error {}

/**
 * The lines of a text file, many at a time. Only a line feed ends a line: `node:readline` also breaks at U+2028 and U+2029,
 * which JSON leaves as they are inside strings.
 *
 * @throws LongLine, after the lines before it
 */
export async function* linesOf(path: string): AsyncGenerator<string[]> {
  let rest = "";
  for await (const chunk of createReadStream(path, { encoding: "utf8", highWaterMark: chunkBytes })) {
    const lines = (chunk as string).split("\n");
    lines[0] = rest + lines[0];
    rest = lines.pop()!;
    // Whole lines within a chunk are no longer than that.
    if (lines[0] !== undefined && lines[0].length > longestLine) throw tooLong();
    yield lines;
    if (rest.length > longestLine) throw tooLong();
  }
  if (rest !== "") yield [rest];
}

function tooLong(): LongLine {
  return new LongLine(`is longer than ${longestLine} characters`);
}
