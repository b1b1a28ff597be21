import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SerializedCookieJar } from "tough-cookie";
import * as z from "zod";
import { stateFolder } from "../../paths.ts";
import { nothingAcknowledged } from "./acknowledged.ts";

const keptUserSchema = z.object({
  /** Which lab gave it its cookies: the id of the balancer's container. Another lab of the same name knows none of them. */
  labId: z.string(),
  name: z.string(),
  architecture: z.string(),
  address: z.string(),
  nonce: z.string(),
  cookies: z
    .custom<SerializedCookieJar>((jar) => Array.isArray((jar as SerializedCookieJar | null)?.cookies))
    .nullable(),
  acknowledged: z.object({
    session: z.enum(["never", "logged-in", "logged-out", "unknown"]),
    cart: z.array(z.string()),
    cartVersion: z.number(),
    home: z.object({ server: z.string(), boot: z.string() }).nullable(),
  }),
  /** How many items it has sent, so that each has a name of its own. */
  itemsSent: z.number(),
  /** Milliseconds since the epoch. */
  usedAt: z.number(),
});

/** A browser that is driven by hand, as it is kept between two commands: one file for each user and architecture. */
export type KeptUser = z.infer<typeof keptUserSchema>;

/** Whose browser, at which architecture of which lab. */
export interface Whose {
  /** Name of the lab. */
  lab: string;
  name: string;
  architecture: string;
}

/** The browser as it was kept; undefined when there is none, or its file is damaged. */
export function findKeptUser({ lab, name, architecture }: Whose): KeptUser | undefined {
  return read(join(folderOf(lab), fileOf({ name, architecture })));
}

/** A browser that has never been anywhere. */
export function newKeptUser({ name, architecture }: Omit<Whose, "lab">, labId: string): KeptUser {
  return {
    labId,
    name,
    architecture,
    address: addressOf(name),
    nonce: randomBytes(12).toString("base64url"),
    cookies: null,
    acknowledged: nothingAcknowledged,
    itemsSent: 0,
    usedAt: 0,
  };
}

/** Readable by its owner only: who has the cookies has the session. Replaced as a whole, so that no reader sees half of it. */
export function keepUser(lab: string, user: KeptUser): void {
  const folder = folderOf(lab);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, fileOf(user));
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(user, null, 2)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}

/** The architecture at which this user was last. */
export function lastArchitectureOf({ lab, name }: Omit<Whose, "architecture">): string | undefined {
  const theirs = keptUsers(lab).filter((user) => user.name === name);
  return theirs.sort((a, b) => b.usedAt - a.usedAt)[0]?.architecture;
}

/** Forgets all browsers of a lab. @returns how many these were */
export function forgetKeptUsers(lab: string): number {
  const count = keptUsers(lab).length;
  rmSync(folderOf(lab), { recursive: true, force: true });
  return count;
}

/** Forgets what one user has at any architecture of a lab. */
export function forgetKeptUser({ lab, name }: Omit<Whose, "architecture">): void {
  for (const { architecture } of keptUsers(lab).filter((user) => user.name === name))
    rmSync(join(folderOf(lab), fileOf({ name, architecture })), { force: true });
}

/** Everybody who is kept for a lab, in no particular order. */
export function keptUsers(lab: string): KeptUser[] {
  const folder = folderOf(lab);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .flatMap((file) => read(join(folder, file)) ?? []);
}

function read(file: string): KeptUser | undefined {
  try {
    return keptUserSchema.parse(JSON.parse(readFileSync(file, "utf8")));
  } catch {
    return undefined;
  }
}

function folderOf(lab: string): string {
  return join(stateFolder(), "users", lab);
}

/** A name may be anything, a file's name may not: it is a digest of the user's. */
function fileOf({ name, architecture }: Omit<Whose, "lab">): string {
  return `${digest(name).toString("hex").slice(0, 16)}.${architecture}.json`;
}

/**
 * The same user always comes from the same address, in a /24 of its own as far as there are enough. 116.0.0.0 to 123.255.255.255:
 * clear of private and loopback ranges, and of the addresses that the users of a run have.
 */
function addressOf(name: string): string {
  const [first = 0, second = 0, third = 0] = digest(name);
  return `${116 + (first % 8)}.${second}.${third}.7`;
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
