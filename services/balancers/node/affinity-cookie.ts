/** The cookie by which a browser is led back: `sticky_server`, an app server's place in the list, counted from 0. */

const NAME = "sticky_server";

/**
 * The place that a request's `Cookie` header names. Undefined for whatever this balancer cannot have set: a cookie is the
 * browser's to write, and must neither break anything nor lead anywhere but to a server of the list.
 */
export function placeIn(cookieHeader: string | undefined, places: number): number | undefined {
  const values = (cookieHeader ?? "").split(";").flatMap((pair) => {
    const [name, value] = split(pair);
    return name === NAME ? [value] : [];
  });
  const value = values[0] ?? "";
  // Three digits at most, no sign, no point, no exponent: Number("1e0") and Number("") are numbers, too.
  if (!/^(0|[1-9]\d{0,2})$/.test(value)) return undefined;
  const place = Number(value);
  return place < places ? place : undefined;
}

/** The `Set-Cookie` line that leads a browser to this place. */
export function cookieFor(place: number): string {
  return `${NAME}=${place}; Path=/; HttpOnly; SameSite=Lax`;
}

function split(pair: string): [name: string, value: string] {
  const equals = pair.indexOf("=");
  return equals === -1 ? ["", ""] : [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
}
