import fc from "fast-check";
import { expect, test } from "vitest";
import { html, jsonForScript } from "./markup.ts";

const nasty = fc.oneof(fc.string(), fc.string({ unit: fc.constantFrom(..."<>&\"'/!-]`={}abcscript\u0000\n") }));

test("text that is put in stays text, in content and in quoted attributes", () => {
  expect(html`<a title="${`"><script>`}">${"<b>&amp;'"}</a>`.text).toBe(
    '<a title="&quot;&gt;&lt;script&gt;">&lt;b&gt;&amp;amp;&#39;</a>',
  );
  fc.assert(
    fc.property(nasty, (text) => {
      expect(html`${text}`.text).not.toMatch(/[<>"']|&(?!amp;|lt;|gt;|quot;|#39;)/);
    }),
  );
});

test("markup that html made goes in as it is, and so do lists of it", () => {
  const items = ["<", "b"].map((item) => html`<li>${item}</li>`);
  expect(html`<ul>${items}</ul>`.text).toBe("<ul><li>&lt;</li><li>b</li></ul>");
});

test("JSON cannot end its script element, and says the same", () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: "grapheme-ascii" }), nasty), (value) => {
      const { text } = jsonForScript(value);
      expect(text).not.toMatch(/[<>&]/);
      const keys = Object.keys(JSON.parse(text));
      expect(keys).toEqual(Object.keys(JSON.parse(JSON.stringify(value))));
    }),
  );
  expect(JSON.parse(jsonForScript({ a: "</script><!--" }).text)).toEqual({ a: "</script><!--" });
});
