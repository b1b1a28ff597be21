/** Whether what came from a history stayed text in a report. Each returns what did not: nothing, when all is well. */

/** What the pages consist of. A handler (`onclick`) or an address (`href` but to a place within) is not among it. */
const elements =
  "html|head|meta|title|link|style|script|noscript|body|header|main|section|h1|h2|h3|p|a|b|strong|span|div|ul|ol|li|dl|dt|dd|code|details|summary|table|caption|thead|tbody|tr|th|td|svg|rect";
const attributes =
  "lang|charset|name|content|http-equiv|type|id|class|scope|data-architecture|viewBox|preserveAspectRatio|aria-hidden|x|y|width|height";
const tag = new RegExp(
  `^<(!doctype html|/(${elements})|(${elements})(( (${attributes})="[^"<>]*")| href="#[a-z]+"| rel="icon"| href="data:,")*/?)>$`,
);

/** Tags of a page that are none of its own, and `<` in the data of its script. */
export function strangeInPage(page: string): string[] {
  const data: string[] = [];
  const tags = page
    .replaceAll(/<(script|style)([^>]*)>(.*?)<\/\1>/gs, (_, name: string, said: string, content: string) => {
      if (said.includes("application/json")) data.push(...(content.match(/<.{0,20}/g) ?? []));
      return `<${name}${said}>`;
    })
    .matchAll(/<[^>]*>?/g);
  return [...data, ...[...tags].map(([token]) => token).filter((token) => !tag.test(token))];
}

/** Markup in Markdown outside of its blocks and spans of code. */
export function strangeInMarkdown(text: string): string[] {
  const prose = text.replaceAll(/^(`{3,})sh\n.*?\n\1$/gms, "").replaceAll(/^Scenario `[^`]*`/gm, "");
  return prose.match(/<(?!br>).{0,20}|(?<!\\)\]\(.{0,20}|(?<!\\)!\[.{0,20}/g) ?? [];
}

/** Characters that move the cursor, change the terminal, or hide and turn round what stands beside them. A line may end. */
export function strangeInTerminal(text: string): string[] {
  return text.match(/[^\P{C}\n\p{Cn}\p{Co}]|[\p{Zl}\p{Zp}]/gu) ?? [];
}
