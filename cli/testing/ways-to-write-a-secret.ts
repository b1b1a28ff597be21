/**
 * The ways in which a secret may stand in a text: as it is, in a URL, in hex, in base64 and base64url, there with any bytes before
 * and after it. Every one of them says all of it, or all but a byte or two at its ends.
 */
export function writtenAs(secret: string | Buffer): string[] {
  const bytes = Buffer.from(secret);
  const hex = bytes.toString("hex");
  const text =
    typeof secret === "string" ? [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)] : [];
  return [...new Set([...text, hex, hex.toUpperCase(), ...[0, 1, 2].flatMap((before) => base64After(before, bytes))])];
}

/** Three bytes make four characters: how a text begins depends on how many bytes came before, and its last character on what follows. */
function base64After(before: number, bytes: Buffer): string[] {
  const shared = [0, 2, 3][before];
  const whole = Buffer.concat([Buffer.alloc(before), bytes]);
  return (["base64", "base64url"] as const).map((encoding) => {
    const written = whole.toString(encoding).replace(/=+$/, "");
    return written.slice(shared, whole.length % 3 === 0 ? undefined : -1);
  });
}
