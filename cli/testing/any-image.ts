import { docker } from "./engine-inventory.ts";

/** One that the lab runs from, so that it is there. */
export async function anyImage(): Promise<string> {
  const references = ["session-lab/redis", "redis"].flatMap((image) => ["--filter", `reference=${image}`]);
  const [image] = await docker("image", "ls", "-q", ...references);
  if (image === undefined) throw new Error("There is no image of Redis on this engine: run ./scripts/setup.sh.");
  return image;
}
