import { extname } from "node:path";
import { unknownValue } from "../errors.ts";
import { pageAssets } from "../picture/page-assets.ts";
import type { Result } from "../verdict/result.ts";
import { htmlReport } from "./html.ts";
import { jsonReport } from "./json.ts";
import { junitReport } from "./junit.ts";
import { markdownReport } from "./markdown.ts";
import { eventsReport } from "./ndjson.ts";
import type { ReportSource, ReportText } from "./source.ts";
import { terminalReport } from "./terminal-report.ts";

/** A way to write a report into a file; `--report FILE` chooses by the ending of the name. */
export interface ReportFormat {
  id: string;
  /** Ending of the file name, with the dot. */
  ending: string;
  title: string;
  /** What such a report of the lab, and hardly another file, has in its first 64 KiB: it may be replaced. */
  mark: RegExp;
  render(source: ReportSource): ReportText;
}

export const reportFormats: readonly ReportFormat[] = [
  {
    id: "html",
    ending: ".html",
    title: "a page to look at and to show; one file, no network",
    mark: /^<!doctype html>.*<meta name="generator" content="session lab">/s,
    // Read when it is needed: other formats do without the page.
    render: (source) => htmlReport(source, pageAssets("report")),
  },
  {
    id: "json",
    ending: ".json",
    title: "the result document, for programs",
    mark: /^\{\s*"schemaVersion":\s*\d+,\s*"run":\s*\{\s*"id":/,
    render: ofResult(jsonReport),
  },
  {
    id: "text",
    ending: ".txt",
    title: "what the terminal shows, 100 columns wide, without colour",
    mark: /^[✓✗?] (CONFIRMED|REFUTED|INCONCLUSIVE): /m,
    render: ofResult((result) => terminalReport(result, { columns: 100, colour: false })),
  },
  {
    id: "markdown",
    ending: ".md",
    title: "for a wiki, an issue or a job summary",
    mark: /^## .*\n\n\*\*[✓✗?] (confirmed|refuted|inconclusive)\*\*: /,
    render: ofResult(markdownReport),
  },
  {
    id: "junit",
    ending: ".xml",
    title: "JUnit, for CI: a case is an expectation",
    mark: /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites name="lab scenario /,
    render: junitReport,
  },
  {
    id: "events",
    ending: ".ndjson",
    title: "every event and the result, one JSON object a line",
    mark: /^\{"type":"run","historyVersion":\d+,/,
    render: eventsReport,
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

/** A format that needs no history. */
function ofResult(render: (result: Result) => string): ReportFormat["render"] {
  return async function* ({ result }) {
    yield render(result);
  };
}
