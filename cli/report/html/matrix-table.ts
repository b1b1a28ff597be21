import { fateMarks } from "../../picture/palette.ts";
import type { Fate } from "../../verdict/fates.ts";
import type { ArchitectureResult } from "../../verdict/result.ts";
import { cellOf } from "../matrix.ts";
import { countsLegend } from "../words.ts";
import { html, type Markup } from "./markup.ts";

/** Policies down, stores across. A cell leads to its sessions. */
export function matrixTable(architectures: readonly ArchitectureResult[]): Markup {
  const policies = [...new Set(architectures.map(({ policy }) => policy))];
  const stores = [...new Set(architectures.map(({ store }) => store))];
  const cell = (policy: string, store: string) => {
    const result = architectures.find((one) => one.policy === policy && one.store === store);
    return result ? html`<td class="${result.verdict}">${cellContent(result)}</td>` : html`<td>-</td>`;
  };
  return html`<table class="${stores.length > 5 ? "many" : "few"}">
<caption>${countsLegend(architectures)}, by balancing policy (down) and session store (across). ✓ as predicted.</caption>
<thead><tr><th scope="col">policy</th>${stores.map((store) => html`<th scope="col">${store}</th>`)}</tr></thead>
<tbody>${policies.map(
    (policy) => html`
<tr><th scope="row">${policy}</th>${stores.map((store) => cell(policy, store))}</tr>`,
  )}
</tbody>
</table>`;
}

function cellContent(result: ArchitectureResult): Markup {
  const [first = "", ...rest] = cellOf(result).text.split("\n");
  return html`<a href="#sessions" data-architecture="${result.id}"><b>${first}</b>${rest.map(
    (line) => html`<span>${line}</span>`,
  )}${fateBar(result)}</a>`;
}

/** The fates as shares of one bar; the words above it say the same. */
function fateBar({ fates, sessions }: ArchitectureResult): Markup {
  let x = 0;
  const shares = (Object.entries(fates) as [Fate, number][])
    .sort(([one], [other]) => order.indexOf(one) - order.indexOf(other))
    .map(([fate, count]) => {
      const width = (count / Math.max(1, sessions)) * 100;
      x += width;
      return html`<rect class="fate-${fate}" x="${(x - width).toFixed(2)}" y="0" width="${width.toFixed(2)}" height="8"/>`;
    });
  return html`<svg viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true">${shares}</svg>`;
}

const order = (Object.keys(fateMarks) as Fate[]).reverse();
