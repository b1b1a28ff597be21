import { createHash } from "node:crypto";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, expect, it } from "vitest";
import { compareChecksum, writeWithChecksum } from "./with-checksum.ts";

let folder: string;
let file: string;
const going = new AbortController().signal;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "with-checksum-"));
  file = join(folder, "images.tar");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("writes the file, and the checksum as sha256sum does", async () => {
  const line = await writeWithChecksum(Readable.from(["con", "tent"]), file, going);
  expect(readFileSync(file, "utf8")).toBe("content");
  expect(readdirSync(folder)).toEqual(["images.tar", "images.tar.sha256"]);
  expect(readFileSync(`${file}.sha256`, "utf8")).toBe(`${line}\n`);
  expect(line).toBe(`${createHash("sha256").update("content").digest("hex")}  images.tar`);
});

it("gives the file its name only when it is complete: what ends half-way leaves nothing", async () => {
  const seen: string[][] = [];
  async function* breaking() {
    yield "half";
    seen.push(readdirSync(folder));
    throw new Error("the engine went away");
  }
  await expect(writeWithChecksum(Readable.from(breaking()), file, going)).rejects.toThrow("the engine went away");
  expect(seen.flat().filter((name) => name === "images.tar" || name.endsWith(".sha256"))).toEqual([]);
  expect(readdirSync(folder)).toEqual([]);
});

it("leaves nothing when it is interrupted", async () => {
  const interrupt = new AbortController();
  async function* endless() {
    for (;;) {
      yield "more";
      interrupt.abort();
    }
  }
  await expect(writeWithChecksum(Readable.from(endless()), file, interrupt.signal)).rejects.toThrow(/abort/);
  expect(readdirSync(folder)).toEqual([]);
});

it.each(["images.tar", "images.tar.sha256"])("replaces no %s, also none that comes meanwhile", async (name) => {
  async function* slow() {
    yield "new";
    writeFileSync(join(folder, name), "of somebody else");
  }
  for (let attempt = 1; attempt <= 2; attempt++)
    await expect(writeWithChecksum(Readable.from(slow()), file, going)).rejects.toThrow("EEXIST");
  expect(readdirSync(folder)).toEqual([name]);
  expect(readFileSync(join(folder, name), "utf8")).toBe("of somebody else");
});

it("refuses a file that is not the one of its checksum, and says where there is none", async () => {
  const line = await writeWithChecksum(Readable.from(["content"]), file, going);
  const sum = line.split(" ")[0]!;
  expect(await compareChecksum(Readable.from(["content"]), file)).toBe(
    `its checksum (SHA-256) is that of ${file}.sha256: ${sum}`,
  );
  await expect(compareChecksum(Readable.from(["other"]), file)).rejects.toMatchObject({ id: "checksum-differs" });
  writeFileSync(`${file}.sha256`, "nothing of the kind\n");
  await expect(compareChecksum(Readable.from(["content"]), file)).rejects.toMatchObject({ id: "checksum-differs" });
  rmSync(`${file}.sha256`);
  expect(await compareChecksum(Readable.from(["content"]), file)).toBe(
    `there is no ${file}.sha256 to compare with; its checksum (SHA-256) is ${sum}`,
  );
});
