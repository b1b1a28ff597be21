import axe from "axe-core";
import type { Page } from "playwright-core";

/** What axe finds in a page that keeps somebody out, one line each. It comes in past the page's policy, as a debugger does. */
export async function seriousFaults(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<axe.AxeResults>("axe.run()");
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
}
