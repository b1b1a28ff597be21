import { describe, expect, test } from "vitest";
import { readSettings } from "./settings.ts";

const secrets = { SESSION_SECRET: "s", BALANCER_SECRET: "b" };

describe("settings", () => {
  test("have defaults for the port and the cookie's name", () => {
    expect(readSettings({ APP_SERVER: "app1", ...secrets })).toEqual({
      appServer: "app1",
      port: 3000,
      balancerSecret: "b",
      cookie: { name: "sid", secret: "s" },
    });
  });

  test("have the same defaults for empty texts", () => {
    const empty = { PORT: "", SESSION_COOKIE: "" };
    expect(readSettings({ ...empty, APP_SERVER: "app1", ...secrets })).toMatchObject({
      port: 3000,
      cookie: { name: "sid" },
    });
  });

  test("take what the environment says", () => {
    const env = { APP_SERVER: "app2", ...secrets, SESSION_COOKIE: "session", PORT: "80" };
    expect(readSettings(env)).toMatchObject({ appServer: "app2", port: 80, cookie: { name: "session", secret: "s" } });
  });

  test.each([
    [{ APP_SERVER: "app1" }, "SESSION_SECRET is not set: give all app servers the same long random text"],
    [
      { APP_SERVER: "app1", SESSION_SECRET: "" },
      "SESSION_SECRET is not set: give all app servers the same long random text",
    ],
    [
      { APP_SERVER: "app1", SESSION_SECRET: "s", BALANCER_SECRET: "" },
      "BALANCER_SECRET is not set: give the balancers and all app servers the same long random text",
    ],
    [{ ...secrets }, "APP_SERVER is not set: give this app server a name, such as app1"],
    [{ APP_SERVER: "app 1", ...secrets }, 'APP_SERVER is "app 1": use letters, digits, - and _ only'],
    [
      { APP_SERVER: "a", ...secrets, SESSION_COOKIE: "s=" },
      'SESSION_COOKIE is "s=": use letters, digits, - and _ only',
    ],
    [{ APP_SERVER: "app1", ...secrets, PORT: "http" }, 'PORT is "http": give a number from 0 to 65535'],
    [{ APP_SERVER: "app1", ...secrets, PORT: "65536" }, 'PORT is "65536": give a number from 0 to 65535'],
  ])("of %j are refused", (env, message) => {
    expect(() => readSettings(env)).toThrow(message);
  });
});
