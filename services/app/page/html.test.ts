import { expect, test } from "vitest";
import { html } from "./html.ts";

test("escapes what could leave a text or an attribute", () => {
  expect(html`<p title="${"\"'"}">${"<script>&"}</p>`.text).toBe('<p title="&#34;&#39;">&#60;script&#62;&#38;</p>');
});

test("leaves its own kind as it is, joins lists, and shows nothing for null", () => {
  const items = ["<a>", "b"].map((item) => html`<li>${item}</li>`);
  expect(html`<ul>${items}</ul>${null}${7}`.text).toBe("<ul><li>&#60;a&#62;</li><li>b</li></ul>7");
});

test("takes a template literally", () => {
  expect(html`a\b ${"c\\d"}`.text).toBe("a\b c\\d");
});
