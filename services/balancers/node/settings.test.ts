import { describe, expect, test } from "vitest";
import { readSettings } from "./settings.ts";

describe("settings", () => {
  test("take the app servers in their order, and port 3000 unless told", () => {
    expect(readSettings({ PORT: "", APP_SERVERS: "app1:3000, app2:81", BALANCER_SECRET: "b" })).toEqual({
      port: 3000,
      balancerSecret: "b",
      appServers: [
        { host: "app1", port: 3000 },
        { host: "app2", port: 81 },
      ],
    });
  });

  test.each([
    [
      { APP_SERVERS: "app1:80" },
      "BALANCER_SECRET is not set: give the balancers and all app servers the same long random text",
    ],
    [{}, "APP_SERVERS is not set: give the app servers, such as app1:3000,app2:3000"],
    [{ APP_SERVERS: " , " }, "APP_SERVERS is not set: give the app servers, such as app1:3000,app2:3000"],
    [{ APP_SERVERS: "app1" }, 'APP_SERVERS has "app1": give a name and a port, such as app1:3000'],
    [{ APP_SERVERS: "app1:99999" }, 'APP_SERVERS has "app1:99999": give a name and a port, such as app1:3000'],
    [{ APP_SERVERS: "http://app1:80" }, 'APP_SERVERS has "http://app1:80": give a name and a port, such as app1:3000'],
    [{ APP_SERVERS: "app1:80", PORT: "http" }, 'PORT is "http": give a number from 0 to 65535'],
  ])("of %j are refused", (env, message) => {
    expect(() => readSettings(env)).toThrow(message);
  });
});
