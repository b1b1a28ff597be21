import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { extract } from "tar-stream";
import { expect, it } from "vitest";
import { imageArchive, tarOf } from "../../testing/image-archive.ts";
import { readImageLists, refuseForeignImages, writtenAnew } from "./image-archive.ts";

const allowed = ["nginx:1.30-alpine", "session-lab/nginx:debian"];
const id = "a".repeat(64);
const otherId = "b".repeat(64);

it("an archive of the lab's images is accepted, whichever of its names they have", async () => {
  expect(await verdictOn(await imageArchive(allowed))).toBe("accepted");
});

it("any other image is named", async () => {
  expect(await verdictOn(await imageArchive(["nginx:1.30-alpine", "company/app:prod", "evil\u001b[31m:1"]))).toBe(
    'The file images.tar holds images that are none of the lab\'s: "company/app:prod", "evil\\u001b[31m:1".',
  );
});

it("so is an image that has no name, which nobody would find again", async () => {
  expect(await verdictOn(await imageArchive(null))).toContain("one without a name");
  expect(await verdictOn(await imageArchive([]))).toContain("one without a name");
});

it("names in the list of an OCI image layout count as well", async () => {
  const withIndex = (name: string) =>
    tarOf([
      { name: "manifest.json", content: JSON.stringify([{ Config: "c", RepoTags: [allowed[0]], Layers: [] }]) },
      {
        name: "index.json",
        content: JSON.stringify({
          schemaVersion: 2,
          manifests: [{ mediaType: "m", digest: "d", size: 1, annotations: { "io.containerd.image.name": name } }],
        }),
      },
    ]);
  expect(await verdictOn(await withIndex("docker.io/library/nginx:1.30-alpine"))).toBe("accepted");
  expect(await verdictOn(await withIndex("docker.io/session-lab/nginx:debian"))).toBe("accepted");
  expect(await verdictOn(await withIndex("docker.io/library/node:24-alpine"))).toContain('"node:24-alpine"');
});

it("what is no archive of images is said to be none", async () => {
  expect(await verdictOn(Buffer.from("no archive\n".repeat(1_000)))).toMatch(/Invalid tar header/);
  expect(await verdictOn((await imageArchive(allowed)).subarray(0, 700))).toMatch(/Unexpected end of data/);
  expect(await verdictOn(await tarOf([{ name: "README" }]))).toContain("has no manifest.json");
  expect(await verdictOn(await tarOf([{ name: "manifest.json", content: "[{}]" }]))).toContain(
    "its manifest.json is none",
  );
  expect(await verdictOn(await tarOf([{ name: "manifest.json", content: "x".repeat(2_000_000) }]))).toContain(
    "too long",
  );
});

it("what is passed on has the parts that docker save makes, the lists that were checked, and nothing else", async () => {
  const list = { Config: `${id}.json`, RepoTags: [allowed[0]], Layers: [`${id}/layer.tar`] };
  const foreign = JSON.stringify([{ ...list, RepoTags: ["evil:1"] }]);
  const given = await tarOf([
    { name: `${id}.json`, content: "config" },
    { name: id, type: "directory" },
    { name: `${id}/layer.tar`, content: "layer" },
    { name: otherId, type: "directory" },
    { name: `${otherId}/layer.tar`, type: "symlink", linkname: `../${id}/layer.tar` },
    { name: "blobs/sha256", type: "directory" },
    { name: `blobs/sha256/${id}`, content: "blob" },
    // Go reads JSON with other capitals, too, and the last one counts.
    { name: "manifest.json", content: JSON.stringify([{ ...list, repotags: ["evil:1"] }]) },
    // An engine that unpacks it would have another list now.
    { name: "x", type: "symlink", linkname: "." },
    { name: "x/manifest.json", content: foreign },
    { name: "./manifest.json", content: foreign },
    { name: "repositories", content: '{"evil":{"1":"id"}}' },
    { name: `${id}/json`, type: "symlink", linkname: "/etc/shadow" },
    { name: "../outside", content: "" },
  ]);
  const lists = await readImageLists(Readable.from([given]));
  expect(await contentsOf(writtenAnew(Readable.from([given]), lists))).toEqual([
    [`${id}.json`, "config"],
    [`${id}`, ""],
    [`${id}/layer.tar`, "layer"],
    [`${otherId}`, ""],
    [`${otherId}/layer.tar`, `-> ../${id}/layer.tar`],
    ["blobs/sha256", ""],
    [`blobs/sha256/${id}`, "blob"],
    ["manifest.json", JSON.stringify([list])],
  ]);
});

async function verdictOn(archive: Buffer): Promise<string> {
  try {
    refuseForeignImages(await readImageLists(Readable.from([archive])), "images.tar", allowed);
    return "accepted";
  } catch (error) {
    return (error as Error).message;
  }
}

async function contentsOf(archive: Readable): Promise<[name: string, content: string][]> {
  const found: [string, string][] = [];
  const reader = extract();
  reader.on("entry", ({ name, type, linkname }, content, next) => {
    void text(content).then((is) => {
      found.push([name, type === "symlink" ? `-> ${linkname}` : is]);
      next();
    });
  });
  await new Promise((resolve, reject) => archive.pipe(reader).on("finish", resolve).on("error", reject));
  return found;
}
