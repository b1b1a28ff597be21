import { appendFileSync } from "node:fs";
import { annotations } from "../report/annotations.ts";
import { markdownReport } from "../report/markdown.ts";
import type { Result } from "../verdict/result.ts";

/**
 * Inside a job of GitHub Actions: the Markdown report into the job's summary, the verdict as annotations. Elsewhere nothing.
 * Annotations go to stderr, which the runner reads too, so that `--json` leaves one document on stdout.
 */
export function tellGithub(
  result: Result,
  { env = process.env, say = (line: string) => void process.stderr.write(`${line}\n`) } = {},
): void {
  if (env.GITHUB_ACTIONS !== "true") return;
  for (const line of annotations(result)) say(line);
  if (!env.GITHUB_STEP_SUMMARY) return;
  try {
    appendFileSync(env.GITHUB_STEP_SUMMARY, markdownReport(result));
  } catch (error) {
    // The run is over and has its verdict; a summary that nobody can write must not change the exit code.
    say(`::warning title=no job summary::${(error as Error).message.replaceAll(/[%\r\n]/g, " ")}`);
  }
}
