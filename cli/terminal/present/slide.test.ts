import { expect, it } from "vitest";
import { widthOf } from "../../report/text.ts";
import { pageText } from "./slide.ts";

const page = {
  title: "One app server dies",
  text: ["The victim is killed. nginx notices and sends its visitors elsewhere, wherever that may be."],
  position: "2",
};
const moves = { next: "go on", quit: "end" };

it("puts one sentence into the middle of an 80x24 screen, with room between its lines", () => {
  const screen = pageText(page, { columns: 80, rows: 24, colour: false, moves });
  expect(screen.split("\n").map((line) => line.trimEnd())).toMatchInlineSnapshot(`
    [
      "One app server dies (2)",
      "",
      "",
      "",
      "",
      "",
      "",
      "",
      "",
      "",
      "    The victim is killed. nginx notices and sends its visitors",
      "",
      "    elsewhere, wherever that may be.",
      "",
      "",
      "",
      "",
      "",
      "",
      "",
      "",
      "",
      "",
      "space go on   q end",
    ]
  `);
});

it.each([
  [80, 24],
  [40, 12],
  [200, 60],
])("fills %i columns and %i rows exactly", (columns, rows) => {
  const lines = pageText(page, { columns, rows, colour: false, moves }).split("\n");
  expect(lines.length).toBe(rows);
  expect(Math.max(...lines.map(widthOf))).toBeLessThanOrEqual(columns);
});

it("leaves commands as they are", () => {
  const screen = pageText(
    { title: "t", text: ["Type this:", "  lab user alice login --at cookie.memory"] },
    { columns: 80, rows: 24, colour: false, moves },
  );
  expect(screen).toContain("\n      lab user alice login --at cookie.memory\n");
});
