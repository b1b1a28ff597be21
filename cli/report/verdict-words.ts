import type { Result } from "../verdict/result.ts";
import { plural } from "./words.ts";

/** What the verdict means, in a sentence. */
export function verdictSentence({ verdict, architectures }: Result): string {
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const sessions = sum(architectures.map((one) => one.sessions));
  const mismatches = sum(architectures.map((one) => one.mismatches));
  const crossed = sum(architectures.map(({ fates }) => fates.crossed ?? 0));
  if (verdict === "confirmed")
    return `theory was right: each of ${sessions} sessions had the fate that was predicted for it`;
  if (verdict === "inconclusive") return "the experiment cannot say whether theory is right; see the reasons";
  if (crossed > 0)
    return `${plural(crossed, "user")} of ${sessions} saw somebody else's session; that must never happen`;
  const misses = architectures.flatMap(({ measures }) => measures.filter(({ ok }) => !ok)).length;
  if (mismatches === 0 && misses > 0)
    return `theory was wrong: ${plural(misses, "measurement")} came out otherwise than predicted`;
  if (mismatches === 0) return "somebody saw another user's session; that must never happen";
  return `theory was wrong: ${plural(mismatches, "session")} had another fate than predicted`;
}

/** What casts doubt on the run as a whole; what is about one architecture is said there. */
export function runReasons({ reasons, architectures }: Result): string[] {
  const headlines = architectures.map(({ id, verdict }) => `${id} ${verdict}: `);
  return reasons.filter((reason) => !headlines.some((headline) => reason.startsWith(headline)));
}
