import { expect, it } from "vitest";
import { readSettings } from "./settings.ts";

it("reads the environment", () => {
  expect(readSettings({ BALANCER_SECRET: "s", APP_SERVERS: "app1:3000, app2:3001" })).toEqual({
    port: 3000,
    balancerSecret: "s",
    appServers: [
      { name: "app1", port: 3000 },
      { name: "app2", port: 3001 },
    ],
  });
});

it("names every mistake, a line each", () => {
  expect(() => readSettings({ PORT: "x", APP_SERVERS: "app1" })).toThrow(
    [
      'PORT is "x": give a number from 0 to 65535',
      "BALANCER_SECRET is not set: give the door and all app servers the same long random text",
      'APP_SERVERS has "app1": give a name of small letters and a port, such as app1:3000',
    ].join("\n"),
  );
  expect(() => readSettings({ BALANCER_SECRET: "s", APP_SERVERS: "" })).toThrow("APP_SERVERS is not set");
});
