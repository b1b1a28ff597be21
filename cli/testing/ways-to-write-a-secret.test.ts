import { expect, it } from "vitest";
import { writtenAs } from "./ways-to-write-a-secret.ts";

const secret = "k?~9 a long secret>>";

it.each([
  ["as it is", (text: string) => text],
  ["in a URL", encodeURIComponent],
  ["in JSON", (text: string) => JSON.stringify({ text })],
  ["in hex", (text: string) => Buffer.from(text).toString("hex")],
  ["in capital hex", (text: string) => Buffer.from(text).toString("hex").toUpperCase()],
  ...[0, 1, 2, 3].flatMap((before) =>
    (["base64", "base64url"] as const).map((encoding): [string, (text: string) => string] => [
      `in ${encoding}, after ${before} bytes and before some`,
      (text) => Buffer.from(`${"x".repeat(before)}${text} and more`).toString(encoding),
    ]),
  ),
])("a secret is found %s, and no other is", (_, write) => {
  const finds = (text: string) => writtenAs(secret).some((form) => text.includes(form));
  expect(finds(`before ${write(secret)} after`)).toBe(true);
  expect(finds(`before ${write("k?~9 another secret>")} after`)).toBe(false);
});
