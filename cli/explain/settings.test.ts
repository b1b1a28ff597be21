import { expect, it } from "vitest";
import { settingsReport } from "../report/settings-table.ts";
import { effectiveSettings, type SettingsOptions } from "./settings.ts";

const nowhere = { DOCKER_CONFIG: "/nonexistent" };

function settings(changes: Partial<SettingsOptions> = {}): Record<string, string> {
  const found = effectiveSettings({
    env: {},
    columns: 100,
    name: { value: "lab", source: "default" },
    colour: true,
    images: [{ role: "nginx", variable: "LAB_NGINX_IMAGE", otherwise: ["official", "built"] }],
    ...changes,
  });
  return Object.fromEntries(found.map(({ setting, value, from }) => [setting, `${value} <- ${from}`]));
}

it.each<[setting: string, changes: Partial<SettingsOptions>, effective: string]>([
  ["name of the lab", {}, "lab <- default"],
  ["name of the lab", { name: { value: "b", source: "env" } }, "b <- LAB_NAME"],
  ["name of the lab", { name: { value: "c", source: "cli" } }, "c <- --name"],
  ["state folder", { env: { LAB_HOME: "/h" } }, "/h <- LAB_HOME"],
  ["state folder", { env: { XDG_STATE_HOME: "/x" } }, "/x/session-lab <- XDG_STATE_HOME"],
  ["runs", { env: { LAB_HOME: "/h" } }, "/h/runs <- state folder"],
  ["image for nginx", {}, "official, else built <- default"],
  ["image for nginx", { env: { LAB_NGINX_IMAGE: "mine" } }, "mine <- LAB_NGINX_IMAGE"],
  ["Docker engine", { env: nowhere }, "unix:///var/run/docker.sock <- default"],
  ["Docker engine", { env: { DOCKER_HOST: "tcp://me:secret@box:1" } }, "tcp://***@box:1 <- DOCKER_HOST"],
  [
    "Docker engine",
    { env: { ...nowhere, DOCKER_CONTEXT: "none" } },
    `Docker's context "none" does not exist: there is no ${nowhere.DOCKER_CONFIG}/contexts/meta/140bedbf9c3f6d56a9846d2ba7088798683f4da0c248231336e6a05679e4fdfe/meta.json. <- Docker's own settings`,
  ],
  ["colours", {}, "on <- terminal"],
  ["colours", { columns: undefined }, "off <- stdout is no terminal"],
  ["colours", { colour: false }, "off <- --no-color"],
  ["colours", { env: { NO_COLOR: "1", FORCE_COLOR: "1" } }, "off <- NO_COLOR"],
  ["colours", { env: { FORCE_COLOR: "1" }, columns: undefined }, "on <- FORCE_COLOR"],
  ["columns", {}, "100 <- terminal"],
  ["columns", { columns: undefined, env: { COLUMNS: "70" } }, "70 <- COLUMNS"],
  ["columns", { columns: undefined }, "80 <- default"],
])("%s with %o", (setting, changes, effective) => {
  expect(settings(changes)[setting]).toBe(effective);
});

it("says below each setting where it comes from and what changes it", () => {
  const found = [{ setting: "state folder", value: "/h", from: "LAB_HOME", change: "LAB_HOME" }];
  expect(settingsReport(found, { columns: 80, colour: false })).toBe(
    "state folder: /h\n  from: LAB_HOME; change it with LAB_HOME\n",
  );
});
