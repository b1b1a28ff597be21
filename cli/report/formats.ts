import { extname } from "node:path";
import { unknownValue } from "../errors.ts";
import type { Result } from "../verdict/result.ts";
import { jsonReport } from "./json.ts";
import { terminalReport } from "./terminal.ts";

/** A way to write a report into a file; `--report FILE` chooses by the ending of the name. */
export interface ReportFormat {
  id: string;
  /** Ending of the file name, with the dot. */
  ending: string;
  title: string;
  render(result: Result): string;
}

export const reportFormats: readonly ReportFormat[] = [
  { id: "json", ending: ".json", title: "the result document, for programs", render: jsonReport },
  {
    id: "text",
    ending: ".txt",
    title: "what the terminal shows, 100 columns wide, without colour",
    render: (result) => terminalReport(result, { columns: 100, colour: false }),
  },
];

/**
 * The format for a file name, whatever its case.
 *
 * @throws LabError (`unknown-report-ending`) that lists the endings there are
 */
export function formatFor(file: string): ReportFormat {
  const ending = extname(file).toLowerCase();
  const format = reportFormats.find((one) => one.ending === ending);
  if (format) return format;
  const endings = reportFormats.map((one) => one.ending);
  throw unknownValue("report ending", ending || file, endings);
}
