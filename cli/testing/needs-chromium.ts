import { chromiumPath } from "./browser.ts";

/** Says at once, and in one sentence, that there is no browser, before every single test does. */
export default function setup(): void {
  chromiumPath();
}
