import { describe, expect, test } from "vitest";
import { cookieFor, placeIn } from "./affinity-cookie.ts";

describe("the affinity cookie", () => {
  test.each([
    ["sticky_server=0", 0],
    ["sid=s%3Aabc; sticky_server=2; theme=dark", 2],
    ["  sticky_server = 1 ", 1],
    ["sticky_server=1; sticky_server=2", 1],
  ])("%j leads to place %i", (header, place) => {
    expect(placeIn(header, 3)).toBe(place);
  });

  test.each([
    undefined,
    "",
    "sid=1",
    "sticky_server",
    "sticky_server=",
    "sticky_server=3",
    "sticky_server=-1",
    "sticky_server=1.0",
    "sticky_server=1e0",
    "sticky_server=01",
    "sticky_server=0x1",
    "sticky_server=app2",
    'sticky_server="1"',
    "sticky_server=99999999999999999999",
    "sticky_server=length",
    "sticky_server=__proto__",
    "my_sticky_server=1",
    "STICKY_SERVER=1",
  ])("%j leads nowhere, with three app servers", (header) => {
    expect(placeIn(header, 3)).toBeUndefined();
  });

  test("is for the whole site, hidden from scripts, and read back as it was set", () => {
    expect(cookieFor(1)).toBe("sticky_server=1; Path=/; HttpOnly; SameSite=Lax");
    expect(placeIn(cookieFor(1), 3)).toBe(1);
  });
});
