import type { Door } from "../../subject/site.ts";
import type { Feeling } from "./feeling.ts";

/** Asks an app server by its own door. @param store whichever: the boot id comes with every answer, a 503 about the store included */
export async function probeAppServer(name: string, { door, store }: { door: Door; store: string }): Promise<Feeling> {
  const { answers, boot, says } = await door.ask({ appServer: name, store });
  return { answers, life: boot, says: boot ? `${name} answers, boot ${boot.slice(0, 8)}` : `asking ${name}: ${says}` };
}
