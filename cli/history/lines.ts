import { createReadStream } from "node:fs";

const chunkBytes = 256 * 1024;

/**
 * The lines of a text file, many at a time. Only a line feed ends a line: `node:readline` also breaks at U+2028 and U+2029,
 * which JSON leaves as they are inside strings.
 */
export async function* linesOf(path: string): AsyncGenerator<string[]> {
  let rest = "";
  for await (const chunk of createReadStream(path, { encoding: "utf8", highWaterMark: chunkBytes })) {
    const lines = (chunk as string).split("\n");
    lines[0] = rest + lines[0];
    rest = lines.pop()!;
    yield lines;
  }
  if (rest !== "") yield [rest];
}
