import type { SentinelView } from "../../report/lab-status.ts";
import { execIn, type ServiceAddress } from "../../subject/deployment.ts";

export async function askSentinel(at: ServiceAddress): Promise<SentinelView> {
  const ask = (...words: string[]) =>
    execIn(at, ["redis-cli", "-p", "26379", "--raw", "SENTINEL", ...words, "sessions"]).catch(() => "");
  const [fields, quorum] = await Promise.all([ask("MASTER"), ask("CKQUORUM")]);
  const { service } = at;
  const lines = fields.split("\n");
  const field = (name: string) => lines[lines.indexOf(name) + 1];
  if (!lines.includes("ip")) return { service, master: null, says: "does not answer" };
  return { service, master: `${field("ip")}:${field("port")}`, says: `${field("flags")}; ${quorum.trim()}` };
}
