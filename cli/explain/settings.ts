import { dirname } from "node:path";
import type { Command } from "commander";
import { describeEndpoint, resolveEndpoint } from "../docker/endpoint.ts";
import { LabError } from "../errors.ts";
import { candidateSubnetPrefixes, defaultName, defaultPort } from "../lab/identity/lab.ts";
import { composeFile, packageRoot, runsFolder, stateFolder } from "../paths.ts";
import type { Setting } from "../report/settings-table.ts";

export interface SettingsOptions {
  env: NodeJS.ProcessEnv;
  /** Of stdout; undefined where it is no terminal. */
  columns: number | undefined;
  /** `--name` as it stands, and whether the command line gave it. */
  name: { value: string; source: ReturnType<Command["getOptionValueSource"]> };
  /** False after `--no-color`. */
  colour: boolean;
  /** The roles of images: the variable that names one, and what is taken without it. */
  images: readonly { role: string; variable: string; otherwise: readonly string[] }[];
}

/** Every setting that is in effect, and what set it. Nothing that is secret: the key that signs the cookies is made for each lab. */
export function effectiveSettings({ env, columns, name, colour, images }: SettingsOptions): Setting[] {
  return [
    {
      setting: "name of the lab",
      value: name.value,
      from: name.source === "cli" ? "--name" : name.source === "env" ? "LAB_NAME" : "default",
      change: `--name or LAB_NAME (default: ${defaultName})`,
    },
    {
      setting: "state folder",
      value: stateFolder(env),
      from: env.LAB_HOME ? "LAB_HOME" : env.XDG_STATE_HOME ? "XDG_STATE_HOME" : "default",
      change: "LAB_HOME",
    },
    { setting: "runs", value: runsFolder(env), from: "state folder", change: "LAB_HOME" },
    ...images.map(({ role, variable, otherwise }): Setting => {
      const named = env[variable];
      const value = named || otherwise.join(", else ");
      return { setting: `image for ${role}`, value, from: named ? variable : "default", change: variable };
    }),
    dockerEngine(env),
    {
      setting: "port of a new lab",
      value: `127.0.0.1:${defaultPort}, or the next free one`,
      from: "default",
      change: "--port",
    },
    {
      setting: "subnet of a new lab",
      value: `${candidateSubnetPrefixes()[0]}.0/24, or the next free one`,
      from: "default",
      change: "",
    },
    colours(env, colour, columns !== undefined),
    {
      setting: "columns",
      value: String(columns ?? (Number(env.COLUMNS) || 80)),
      from: columns !== undefined ? "terminal" : Number(env.COLUMNS) ? "COLUMNS" : "default",
      change: "COLUMNS, where stdout is no terminal",
    },
    { setting: "package", value: packageRoot, from: "where lab is installed", change: "" },
    { setting: "nginx and Compose files", value: dirname(dirname(composeFile)), from: "package", change: "" },
  ];
}

function dockerEngine(env: NodeJS.ProcessEnv): Setting {
  const setting = "Docker engine";
  const change = "DOCKER_HOST, DOCKER_CONTEXT or `docker context use`";
  try {
    const { address, source } = describeEndpoint(resolveEndpoint(env));
    return { setting, value: address, from: source, change };
  } catch (error) {
    if (!(error instanceof LabError)) throw error;
    return { setting, value: error.message, from: "Docker's own settings", change };
  }
}

/** As `detectTerminal` decides. */
function colours(env: NodeJS.ProcessEnv, colour: boolean, isTerminal: boolean): Setting {
  const change = "--no-color, NO_COLOR=1, FORCE_COLOR=1";
  const found = (value: string, from: string): Setting => ({ setting: "colours", value, from, change });
  if (!colour) return found("off", "--no-color");
  if (env.NO_COLOR) return found("off", "NO_COLOR");
  if (env.TERM === "dumb") return found("off", "TERM");
  if (env.FORCE_COLOR && env.FORCE_COLOR !== "0") return found("on", "FORCE_COLOR");
  return isTerminal ? found("on", "terminal") : found("off", "stdout is no terminal");
}
