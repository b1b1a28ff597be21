/**
 * The claims of a signed token (JWT in compact form, RFC 7519): anybody can read them, no key is needed. Undefined for a cookie's
 * value that is none.
 */
export function claimsOf(value: string): object | undefined {
  const [header = "", payload = "", signature, ...more] = value.split(".");
  if (signature === undefined || more.length > 0) return undefined;
  const algorithm = (decode(header) as { alg?: unknown } | undefined)?.alg;
  return typeof algorithm === "string" ? decode(payload) : undefined;
}

function decode(part: string): object | undefined {
  try {
    const decoded: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return typeof decoded === "object" && decoded !== null ? decoded : undefined;
  } catch {
    return undefined;
  }
}
