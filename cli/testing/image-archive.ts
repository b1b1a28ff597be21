import { createHash } from "node:crypto";
import { buffer } from "node:stream/consumers";
import { type Headers, pack } from "tar-stream";

export interface ArchiveEntry extends Partial<Headers> {
  name: string;
  content?: string;
}

/** An archive with these entries, in this order. */
export async function tarOf(entries: readonly ArchiveEntry[]): Promise<Buffer> {
  const writer = pack();
  for (const { content = "", ...header } of entries) {
    if (header.type && header.type !== "file") writer.entry(header, () => {});
    else writer.entry(header, content);
  }
  writer.finalize();
  return await buffer(writer);
}

/** An archive as `docker save` writes it, of an image without a file that has these names; another comment makes another image. */
export async function imageArchive(names: readonly string[] | null, comment = ""): Promise<Buffer> {
  const layer = await tarOf([]);
  const config = JSON.stringify({
    architecture: "amd64",
    os: "linux",
    created: "2024-01-01T00:00:00Z",
    config: {},
    rootfs: { type: "layers", diff_ids: [`sha256:${createHash("sha256").update(layer).digest("hex")}`] },
    history: [{ created: "2024-01-01T00:00:00Z", comment }],
  });
  const [configId, layerId] = [config, layer].map((text) => createHash("sha256").update(text).digest("hex"));
  return await tarOf([
    { name: `${layerId}/`, type: "directory" },
    { name: `${layerId}/layer.tar`, content: layer.toString("latin1") },
    { name: `${configId}.json`, content: config },
    {
      name: "manifest.json",
      content: JSON.stringify([{ Config: `${configId}.json`, RepoTags: names, Layers: [`${layerId}/layer.tar`] }]),
    },
  ]);
}
