import type { IncomingMessage } from "node:http";
import * as z from "zod";
import type { Refusal } from "./admission.ts";
import type { Wish } from "./page-data.ts";

const wishSchema = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("fault"), kind: z.string().max(40), service: z.string().max(80) }),
  z.strictObject({ do: z.literal("heal"), service: z.string().max(80) }),
  z.strictObject({ do: z.literal("new-users") }),
]);

/** Longer than any wish. */
const bytesAtMost = 1_000;

/** What a page asks for. Never throws for what it sends. */
export async function readWish(request: IncomingMessage): Promise<Wish | Refusal> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > bytesAtMost) return { status: 413, says: "too long" };
    chunks.push(chunk as Buffer);
  }
  try {
    return wishSchema.parse(JSON.parse(Buffer.concat(chunks).toString("utf8")));
  } catch {
    return { status: 400, says: "no wish that is known here" };
  }
}
