import { effectiveSettings } from "../explain/settings.ts";
import { imageRoles, roles } from "../lab/images/images.ts";
import { jsonReport } from "../report/json.ts";
import { settingsReport } from "../report/settings-table.ts";
import { detectTerminal } from "../terminal/detect-terminal.ts";

export interface ConfigOptions {
  /** Of the lab, and where it comes from: commander's word for the source. */
  name: { value: string; source: string | undefined };
  json?: boolean | undefined;
}

export function config({ name, json }: ConfigOptions, { colour }: { colour: boolean }): void {
  const settings = effectiveSettings({
    env: process.env,
    columns: process.stdout.columns || undefined,
    name,
    colour,
    images: roles.map((role) => {
      const { variable, official, built } = imageRoles[role];
      return { role, variable, otherwise: [official, built] };
    }),
  });
  process.stdout.write(json ? jsonReport(settings) : settingsReport(settings, detectTerminal({ colour })));
}
