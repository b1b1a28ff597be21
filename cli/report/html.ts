import { collectTrial, type Told } from "./html/collect-trial.ts";
import { html, jsonForScript, Markup } from "./html/markup.ts";
import { matrixTable } from "./html/matrix-table.ts";
import { type Assets, head } from "./html/page-head.ts";
import type { PageData, TrialData } from "./html/report-data.ts";
import { heading, repeat, story, why } from "./html/sections.ts";
import type { ReportSource, ReportText } from "./source.ts";

/**
 * One file that opens from disk, on any machine, without a network. What is said in words is there without script, too; the
 * script (cli/report/page) draws the timeline and the sessions.
 *
 * @param assets script and style sheet of the page
 */
export async function* htmlReport({ result, histories }: ReportSource, assets: Assets): ReportText {
  const appServers = new Set(result.architectures.flatMap(({ placement }) => Object.keys(placement)));
  const trials: TrialData[] = [];
  const told: Told[][] = [];
  for (const history of histories) {
    const collected = await collectTrial(history(), appServers);
    trials.push(collected.trial);
    told.push(collected.told);
  }

  const { run, scenario } = result;
  yield head(`${scenario.id}: ${scenario.title} (${run.id})`, assets).text;
  yield html`<style>${new Markup(assets.style)}</style>
</head>
<body>
<a class="skip" href="#sessions">To the sessions</a>
${heading(result)}
<main>
<section id="matrix"><h2 class="hidden">Who is still logged in</h2><div class="wide">${matrixTable(result.architectures)}</div></section>
<section id="time"><h2>What happened</h2>
<div id="timeline"><noscript><p>The timeline is drawn by a script, which this browser does not run.</p></noscript></div>
${story(told[0] ?? [])}
</section>
<section id="sessions"><h2>Session by session</h2>
<noscript><p>The sessions are listed by a script, which this browser does not run.</p></noscript>
</section>
${why(result)}
${repeat(result)}
</main>
`.text;
  const data: PageData = { appServers: [...appServers], trials };
  yield html`<script type="application/json" id="data">${jsonForScript(data)}</script>
<script>${new Markup(assets.script)}</script>
</body>
</html>
`.text;
}
