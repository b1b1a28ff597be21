import fc from "fast-check";

/**
 * Whatever disks, editors, half-finished copies, other programs and people who mean harm do to a history: one to three times, and
 * written as bytes, which need not be UTF-8. Good for any text.
 */
export function damage(): fc.Arbitrary<(text: string) => Buffer> {
  return fc.tuple(fc.array(changeOfText(), { minLength: 1, maxLength: 3 }), changeOfBytes()).map(
    ([changes, encode]) =>
      (text) =>
        encode(changes.reduce((changed, change) => change(changed), text)),
  );
}

type Change = (text: string) => string;

/** What stands in a file that was overwritten, and what somebody puts in who wants to see something break. */
const fragments = [
  "null",
  '"',
  "{",
  "}\n{",
  "1e999",
  "-1",
  "\n",
  "[[[[[[[[",
  '"__proto__":{},',
  "\u0000\u001b[2J",
  "\ufeff",
];

/** Anywhere in the text, whatever stands there. */
function changeOfCharacters(): fc.Arbitrary<Change> {
  return fc
    .record({
      how: fc.constantFrom("overwrite", "insert", "delete", "cut off", "repeat", "swap"),
      where: fc.nat(),
      length: fc.integer({ min: 1, max: 300 }),
      put: fc.oneof(fc.string({ unit: "binary", maxLength: 20 }), fc.constantFrom(...fragments)),
    })
    .map(({ how, where, length, put }) => (text) => {
      const from = where % (text.length + 1);
      const [head, middle, tail] = [text.slice(0, from), text.slice(from, from + length), text.slice(from + length)];
      switch (how) {
        case "overwrite":
          return head + put + text.slice(from + put.length);
        case "insert":
          return head + put + text.slice(from);
        case "delete":
          return head + tail;
        case "cut off":
          return head;
        case "repeat":
          return head + middle + middle + tail;
        default:
          return tail + middle + head;
      }
    });
}

/** Whole lines: each may be sound, and the story is not. */
function changeOfLines(): fc.Arbitrary<Change> {
  return fc
    .record({
      how: fc.constantFrom("exchange", "double", "leave out", "half", "blank", "join", "move to the front"),
      one: fc.nat(),
      other: fc.nat(),
    })
    .map(({ how, one, other }) => (text) => {
      const lines = text.split("\n");
      const [here, there] = [one % lines.length, other % lines.length];
      const line = lines[here]!;
      switch (how) {
        case "exchange":
          [lines[here], lines[there]] = [lines[there]!, line];
          break;
        case "double":
          lines.splice(there, 0, line);
          break;
        case "leave out":
          lines.splice(here, 1);
          break;
        case "half":
          lines[here] = line.slice(0, line.length / 2);
          break;
        case "blank":
          lines.splice(here, 0, "");
          break;
        case "join":
          lines.splice(here, 2, line + (lines[here + 1] ?? ""));
          break;
        default:
          lines.unshift(...lines.splice(here, 1));
      }
      return lines.join("\n");
    });
}

const deep = 20_000;
/** As JSON, because some of them no program would write. */
const oddValues = [
  ...["null", "true", "0", "-1", "-0", "0.5", "1e-320", "1e11", "1e12", "1e13", "1e308", "1e999", "9007199254740993"],
  ...["NaN", "-Infinity", "0x10", "01", '"NaN"', '"1"', '""', '"\\ud800"', '"\\u0000\\u001b[2J\\u202e"', '"a\\nb"'],
  ...['"__proto__"', '"constructor"', '"toString"', '"../../../etc/passwd"', '"</script><img src=x onerror=alert(1)>"'],
  ...["[]", "{}", "[[]]", "[null]", '["__proto__"]', '{"__proto__":{"at":1}}', '{"length":-1}', '{"toString":1}'],
  ...["app1", "app2", "me", "final", "confirmed", "run", "end", "lost", "master"].map((word) => `"${word}"`),
  `"${"x".repeat(200)}"`,
  `"${"x".repeat(201)}"`,
  `"${"long ".repeat(20_000)}"`,
  `${"[".repeat(deep)}${"]".repeat(deep)}`,
  `${'{"a":'.repeat(deep)}1${"}".repeat(deep)}`,
];

/** One field of one event, wherever it is nested: another value, another name, or gone. */
function changeOfField(): fc.Arbitrary<Change> {
  return fc
    .record({
      how: fc.constantFrom("replace", "replace", "replace", "remove", "rename", "add"),
      line: fc.nat(),
      field: fc.nat(),
      value: fc.constantFrom(...oddValues),
      name: fc.constantFrom("__proto__", "constructor", "toString", "at", "type", "historyVersion", "nested"),
    })
    .map(({ how, line, field, value, name }) => (text) => {
      const lines = text.split("\n");
      const here = line % lines.length;
      // What is no JSON any more stays as the change before has left it.
      const fields = [...(lines[here] ?? "").matchAll(/"(\w+)":("(?:[^"\\]|\\.)*"|[^,{}[\]]+|\[[^[\]]*\])/g)];
      const found = fields[field % Math.max(1, fields.length)];
      if (!found) return text;
      const [whole, key, old] = found;
      const instead = {
        replace: `"${key}":${value}`,
        remove: `"gone":0`,
        rename: `"${name}":${old}`,
        add: `${whole},"${name}":${value}`,
      }[how];
      lines[here] = lines[here]!.slice(0, found.index) + instead + lines[here]!.slice(found.index + whole.length);
      return lines.join("\n");
    });
}

function changeOfText(): fc.Arbitrary<Change> {
  return fc.oneof(
    { weight: 3, arbitrary: changeOfCharacters() },
    { weight: 3, arbitrary: changeOfLines() },
    { weight: 6, arbitrary: changeOfField() },
    {
      weight: 1,
      arbitrary: fc.constantFrom<Change[]>(
        () => "",
        (text) => text.slice(0, 1),
        (text) => text.replaceAll("\n", "\r\n"),
      ),
    },
  );
}

/** Mostly UTF-8. */
function changeOfBytes(): fc.Arbitrary<(text: string) => Buffer> {
  const plain = (text: string) => Buffer.from(text);
  return fc.oneof(
    { weight: 12, arbitrary: fc.constant(plain) },
    {
      weight: 1,
      arbitrary: fc.constantFrom<((text: string) => Buffer)[]>(
        (text) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), plain(text)]),
        (text) => Buffer.from(text, "utf16le"),
        (text) => Buffer.concat([plain(text), Buffer.alloc(4_096)]),
      ),
    },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.nat(), fc.constantFrom(0xff, 0xc0, 0x80, 0xf8, 0x00, 0x0a))
        .map(([where, byte]) => (text: string) => {
          const bytes = plain(text);
          if (bytes.length > 0) bytes[where % bytes.length] = byte;
          return bytes;
        }),
    },
  );
}
