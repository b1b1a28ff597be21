import { fateMarks, stayedOutWord } from "../../picture/palette.ts";
import { isFate } from "../../verdict/fates.ts";
import type { ArchitectureResult, Result } from "../../verdict/result.ts";
import { doubtSentences, faultSentence, outageSentence, statisticsSentence, whySentences } from "../narrative.ts";
import { nextStep, type Suggestion } from "../next-step.ts";
import { judgeCommand, repeatCommand } from "../repeat-command.ts";
import { runReasons, verdictSentence } from "../verdict-words.ts";
import { isAboutLogout, signs } from "../words.ts";
import type { Told } from "./collect-trial.ts";
import { html, type Markup } from "./markup.ts";

/** The question and the answer. */
export function heading(result: Result): Markup {
  const { scenario, verdict } = result;
  return html`<header>
<p>${scenario.id}: ${scenario.title}</p>
<h1>${scenario.question}</h1>
<p class="verdict ${verdict}"><strong>${signs[verdict]} ${verdict}</strong> ${verdictSentence(result)}</p>
</header>`;
}

/** Why it came out so, with the evidence. */
export function why(result: Result): Markup {
  const { architectures, faults, run, verdict, leftovers } = result;
  return html`<section id="why"><h2>Why</h2>
${list("Reasons against the verdict “confirmed”", [...runReasons(result), ...doubtSentences(architectures)])}
${list("What became of the harmed sessions, and the evidence", whySentences(architectures))}
${list("What was broken, and the signs that it was", faults.map(faultSentence))}
${list("What users felt", [outageSentence(architectures)])}
${list("How far this reaches", [statisticsSentence({ ...run, unanimous: verdict === "confirmed" })])}
${list(
  "Left behind on the machine",
  leftovers.map(({ kind, name }) => `${kind} ${name}`),
)}
${measures(architectures)}
<details><summary>What theory said beforehand, architecture by architecture</summary>
<div class="wide"><table><thead><tr><th scope="col">architecture</th><th scope="col">sessions</th><th scope="col">expected</th><th scope="col">because</th></tr></thead><tbody>
${architectures.flatMap((architecture) =>
  architecture.because.map(
    (reason) =>
      html`<tr><th scope="row">${architecture.id}</th><td>${reason.sessions}</td><td>${fateWord(reason.fate, isAboutLogout(architecture))}</td><td>${reason.because}</td></tr>
`,
  ),
)}</tbody></table></div></details>
</section>`;
}

/** What the narrator said while it happened. */
export function story(told: readonly Told[]): Markup {
  if (told.length === 0) return html``;
  return html`<ol class="told">${told.map(
    ({ at, says }) => html`<li><span>${(at / 1_000).toFixed(1)} s</span> ${says}</li>`,
  )}</ol>`;
}

/** How to do it again, and with what it was done. */
export function repeat(result: Result): Markup {
  const { run } = result;
  const { versions } = run;
  const commands: [string, string | undefined][] = [
    ["Run it again", repeatCommand(result)],
    ["Judge this run again, without Docker", judgeCommand(run)],
  ];
  const facts: [string, Suggestion][] = [
    ...commands.flatMap(([label, command]): [string, Suggestion][] => (command ? [[label, { command }]] : [])),
    ["Next", nextStep(result)],
  ];
  return html`<section id="repeat"><h2>Repeat it</h2>
<dl>${facts.map(
    ([label, { command, toSee }]) =>
      html`<dt>${label}</dt><dd><code>${command}</code>${toSee === undefined ? "" : `, to see ${toSee}`}</dd>`,
  )}</dl>
<p class="faint">Run ${run.id}, begun ${run.startedAt}, ${(run.durationMs / 1_000).toFixed(1)} s; seed ${run.seed}; ${run.users} users per architecture; victim ${run.victim}.
Session lab ${versions.lab}, Docker ${versions.engine}, Compose ${versions.compose}, nginx ${versions.nginx}, Node ${versions.node}, Redis ${versions.redis}.</p>
</section>`;
}

function measures(architectures: readonly ArchitectureResult[]): Markup {
  const rows = architectures.flatMap(({ id, measures }) => measures.map((measure) => ({ id, ...measure })));
  if (rows.length === 0) return html``;
  return html`<h3>Measured besides survival</h3>
<div class="wide"><table><thead><tr><th scope="col">architecture</th><th scope="col">what</th><th scope="col">measured</th><th scope="col">theory</th></tr></thead><tbody>
${rows.map(
  ({ id, name, value, unit, expected, ok, because }) =>
    html`<tr><th scope="row">${id}</th><td>${name}</td><td>${ok ? signs.confirmed : signs.refuted} ${value} ${unit}</td><td>${expected}: ${because}</td></tr>
`,
)}</tbody></table></div>`;
}

function list(title: string, sentences: readonly string[]): Markup {
  if (sentences.length === 0) return html``;
  return html`<h3>${title}</h3><ul>${sentences.map((sentence) => html`<li>${sentence}</li>`)}</ul>`;
}

/** `lost or rolled-back` with the words that the page uses elsewhere. */
function fateWord(fates: string, isLogout: boolean): string {
  return fates
    .split(" or ")
    .map((fate) => (isLogout && fate === "survived" ? stayedOutWord : isFate(fate) ? fateMarks[fate].word : fate))
    .join(" or ");
}
