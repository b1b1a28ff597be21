import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { resultOf } from "./golden/judging.ts";
import { stories } from "./golden/stories.ts";
import { resultJsonSchema } from "./result.ts";

const shipped = JSON.parse(readFileSync(new URL("../../docs/result.schema.json", import.meta.url), "utf8"));

function errorsIn(value: unknown): unknown {
  const validate = new Ajv2020({ strict: true, allErrors: true }).compile(shipped);
  validate(value);
  return validate.errors;
}

test("docs/result.schema.json is what the code says (`npm run docs` writes it anew)", () => {
  expect(shipped).toEqual(JSON.parse(JSON.stringify(resultJsonSchema())));
});

test.each(Object.keys(stories))("the result of %s keeps to the shipped schema", async (name) => {
  const result = await resultOf(stories[name]!());
  expect(errorsIn(JSON.parse(JSON.stringify(result)))).toBeNull();
});

test("the shipped schema allows fields that a newer lab adds", async () => {
  const result = await resultOf(stories["server-crash"]!());
  expect(errorsIn({ ...result, weather: "fine", run: { ...result.run, mood: "good" } })).toBeNull();
});

test("the shipped schema refuses results that lack a field or name an unknown fate", async () => {
  const result = await resultOf(stories["server-crash"]!());
  const { verdict, ...withoutVerdict } = result;
  expect(verdict).toBe("confirmed");
  expect(errorsIn(withoutVerdict)).toMatchObject([{ keyword: "required", params: { missingProperty: "verdict" } }]);
  const architectures = [{ ...result.architectures[0], fates: { vanished: 1 } }];
  expect(errorsIn({ ...result, architectures })).not.toBeNull();
});
