/**
 * Reads what an `EventPacker` (cli/report/html/event-packer.ts) packed, a few hundred events at a time, so that the page answers
 * meanwhile. Needs no network: the page's policy allows none.
 */
export async function unpackEvents<Event>(packed: string, take: (event: Event) => void): Promise<void> {
  const reader = new Blob([bytesOf(packed)])
    .stream()
    .pipeThrough(new DecompressionStream("gzip"))
    .pipeThrough(new TextDecoderStream())
    .getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    const lines = (rest + (value ?? "")).split("\n");
    rest = done ? "" : lines.pop()!;
    for (const line of lines) if (line !== "") take(JSON.parse(line) as Event);
    if (done) return;
  }
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64);
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}
