import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { findLesson } from "./find-lesson.ts";
import { Progress } from "./progress.ts";

const folder = mkdtempSync(join(tmpdir(), "session-lab-progress-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("is kept from one command to the next, for each lab by itself, and for its owner only", () => {
  const first = new Progress("one", folder);
  first.begin("05-server-dies");
  first.note("05-server-dies", { predicted: 6, measured: { answer: 4, says: "4 of 6" }, done: true });

  const later = new Progress("one", folder);
  expect(later.current).toBe("05-server-dies");
  expect(later.of("05-server-dies")).toMatchObject({
    done: true,
    predicted: 6,
    measured: { answer: 4, says: "4 of 6" },
  });
  expect(new Progress("two", folder).current).toBeUndefined();
  expect(statSync(join(folder, "one.json")).mode & 0o077).toBe(0);
});

it("is empty when its file is damaged, and when it was forgotten", () => {
  writeFileSync(join(folder, "three.json"), '{"current":');
  expect(new Progress("three", folder).current).toBeUndefined();
  const progress = new Progress("four", folder);
  progress.begin("01-session");
  progress.forget();
  expect([progress.current, new Progress("four", folder).current]).toEqual([undefined, undefined]);
});

it.each(["5", "server-dies", "05-server-dies"])("finds the lesson %s", (wanted) => {
  expect(findLesson(wanted)).toBe("05-server-dies");
});

it.each(["99", "server", "", "../lesson"])('there is no lesson "%s"', (wanted) => {
  expect(() => findLesson(wanted)).toThrow(`Unknown lesson "${wanted}".`);
});
