import type { IncomingMessage } from "node:http";
import * as z from "zod";
import type { Refusal } from "./admission.ts";

const schema = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("fault"), kind: z.string().max(40), service: z.string().max(80) }),
  z.strictObject({ do: z.literal("heal"), service: z.string().max(80) }),
  z.strictObject({ do: z.literal("new-users") }),
]);

/** What a page may ask for. */
export type PageRequest = z.infer<typeof schema>;

/** Longer than any of them. */
const bytesAtMost = 1_000;

/** Reads what a page asks for. Never throws, whatever the page sends. */
export async function readPageRequest(request: IncomingMessage): Promise<PageRequest | Refusal> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > bytesAtMost) return { status: 413, says: "too long" };
    chunks.push(chunk as Buffer);
  }
  try {
    return schema.parse(JSON.parse(Buffer.concat(chunks).toString("utf8")));
  } catch {
    return { status: 400, says: "no request that is known here" };
  }
}
