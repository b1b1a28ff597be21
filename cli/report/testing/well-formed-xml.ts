/**
 * Just enough of an XML parser to refuse what is not well-formed: one root, tags in balance, quoted attributes without
 * doubles, known entities, no forbidden character.
 *
 * @returns the elements in order, with their attributes and, for those without children, their text
 * @throws Error saying what is wrong
 */
export function parseXml(document: string): XmlElement[] {
  if (/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u.test(document)) throw new Error("forbidden character");
  const body = document.replace(/^<\?xml version="1\.0" encoding="UTF-8"\?>\n/, "");
  const open: XmlElement[] = [];
  const elements: XmlElement[] = [];
  let roots = 0;
  for (const [token] of body.matchAll(/<[^>]*>|[^<]+/g)) {
    if (!token.startsWith("<")) {
      const parent = open.at(-1);
      if (parent) parent.text += unescaped(token);
      else if (token.trim() !== "") throw new Error(`text outside of the root: ${token}`);
      continue;
    }
    const closing = /^<\/([a-z]+)>$/.exec(token);
    if (closing) {
      const name = open.pop()?.name;
      if (name !== closing[1]) throw new Error(`<${name}> is closed by ${token}`);
      continue;
    }
    const tag = /^<([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>$/.exec(token);
    if (!tag) throw new Error(`not a tag: ${token}`);
    if (open.length === 0 && roots++ > 0) throw new Error("a second root");
    const [, name = "", list = "", empty] = tag;
    const pairs = [...list.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, unescaped(value)]);
    const attributes: Record<string, string> = Object.fromEntries(pairs);
    if (Object.keys(attributes).length !== pairs.length) throw new Error(`an attribute twice: ${token}`);
    const element = { name, attributes, text: "", parent: open.at(-1)?.name };
    elements.push(element);
    if (!empty) open.push(element);
  }
  if (open.length > 0) throw new Error(`never closed: ${open.map(({ name }) => name).join(", ")}`);
  return elements;
}

export interface XmlElement {
  name: string;
  attributes: Record<string, string>;
  text: string;
  parent: string | undefined;
}

function unescaped(text: string): string {
  const entities: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"' };
  return text.replaceAll(/&[^;]*;?/g, (entity) => {
    const character = entities[entity];
    if (character === undefined) throw new Error(`unknown entity ${entity}`);
    return character;
  });
}
