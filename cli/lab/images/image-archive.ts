import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { extract, type Headers, pack } from "tar-stream";
import * as z from "zod";
import { LabError } from "../../errors.ts";

/**
 * What an archive of images says that it holds: `manifest.json` as `docker save` writes it
 * (https://github.com/moby/docker-image-spec), and `index.json` where it is an OCI image layout as well
 * (https://github.com/opencontainers/image-spec/blob/main/image-layout.md): an engine reads the one or the other.
 */
export interface ImageLists {
  manifest: z.infer<typeof manifestSchema>;
  index?: z.infer<typeof indexSchema>;
}

const manifestSchema = z.array(
  z.object({ Config: z.string(), RepoTags: z.array(z.string()).nullish(), Layers: z.array(z.string()) }),
);

const nameInIndex = "io.containerd.image.name";
const indexSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.string().exactOptional(),
  manifests: z.array(
    z.object({
      mediaType: z.string(),
      digest: z.string(),
      size: z.number(),
      annotations: z
        .object({
          [nameInIndex]: z.string().exactOptional(),
          "org.opencontainers.image.ref.name": z.string().exactOptional(),
        })
        .exactOptional(),
      platform: z
        .object({ architecture: z.string(), os: z.string(), variant: z.string().exactOptional() })
        .exactOptional(),
    }),
  ),
});

/** The lists of four images take some kilobytes. */
const longestList = 1_000_000;

/** What else `docker save` puts into an archive, in its older layout and in the newer one. */
const id = "[0-9a-f]{64}";
const parts: Partial<Record<NonNullable<Headers["type"]>, RegExp>> = {
  file: new RegExp(`^(oci-layout|${id}\\.json|${id}/(VERSION|json|layer\\.tar)|blobs/sha256/${id})$`),
  directory: new RegExp(`^(${id}|blobs|blobs/sha256)/?$`),
  symlink: new RegExp(`^${id}/layer\\.tar$`),
};
const linkTarget = new RegExp(`^\\.\\./${id}/layer\\.tar$`);

/** @throws Error when it is no archive of images */
export async function readImageLists(archive: Readable): Promise<ImageLists> {
  const found: Record<string, string> = {};
  const reader = extract();
  reader.on("entry", ({ name, type, size = 0 }, content, next) => {
    if (type !== "file" || !isList(name)) {
      content.on("end", next).resume();
      return;
    }
    if (size > longestList) return void next(new Error(`its ${name} is too long (${size} bytes)`));
    text(content).then((list) => {
      found[name] = list;
      next();
    }, next);
  });
  await pipeline(archive, reader);
  const { "manifest.json": manifest, "index.json": index } = found;
  if (manifest === undefined) throw new Error("it has no manifest.json, and so is no archive of images");
  return {
    manifest: parse(manifestSchema, "manifest.json", manifest),
    ...(index === undefined ? {} : { index: parse(indexSchema, "index.json", index) }),
  };
}

/** @throws LabError (`images-foreign`) naming the images that are none of these, or that would have no name */
export function refuseForeignImages({ manifest, index }: ImageLists, file: string, allowed: readonly string[]): void {
  const names = [
    ...manifest.flatMap(({ RepoTags }) => (RepoTags?.length ? RepoTags : [undefined])),
    ...(index?.manifests.map(({ annotations }) => annotations?.[nameInIndex]) ?? []),
  ].map((name) => name?.replace(/^docker\.io\/(library\/)?/, ""));
  const foreign = [...new Set(names.filter((name) => name === undefined || !allowed.includes(name)))];
  if (foreign.length === 0) return;
  const named = foreign.map((name) => (name === undefined ? "one without a name" : JSON.stringify(name)));
  throw new LabError(`The file ${file} holds images that are none of the lab's: ${named.join(", ")}.`, {
    id: "images-foreign",
    todo: `Nothing was loaded. The lab's are ${allowed.join(", ")}; one that the lab is to use instead is named first, as LAB_NODE_IMAGE and the like.`,
    exit: "usage",
  });
}

/**
 * The same archive, written anew: the parts that `docker save` makes, each under its plain name, and these lists. So an engine that
 * reads an archive in another way than this file does (two lists, one behind a link, fields with other capitals) finds nothing else.
 */
export function writtenAnew(archive: Readable, { manifest, index }: ImageLists): Readable {
  const [reader, writer] = [extract(), pack()];
  reader.on("entry", ({ name, type, size = 0, linkname }, content, next) => {
    const isPart = type && parts[type]?.test(name) && (type !== "symlink" || linkTarget.test(linkname ?? ""));
    if (!isPart) {
      content.on("end", next).resume();
      return;
    }
    const entry = writer.entry({ name, type, size, ...(linkname ? { linkname } : {}) }, next);
    if (type === "file") content.pipe(entry);
    else content.resume();
  });
  pipeline(archive, reader).then(
    () => {
      writer.entry({ name: "manifest.json" }, JSON.stringify(manifest));
      if (index) writer.entry({ name: "index.json" }, JSON.stringify(index));
      writer.finalize();
    },
    (error: Error) => writer.destroy(error),
  );
  return writer;
}

function isList(name: string): boolean {
  return name === "manifest.json" || name === "index.json";
}

function parse<T>(schema: z.ZodType<T>, name: string, list: string): T {
  try {
    return schema.parse(JSON.parse(list));
  } catch (cause) {
    throw new Error(`its ${name} is none`, { cause });
  }
}
