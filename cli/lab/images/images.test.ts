import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { packageRoot } from "../../paths.ts";
import { ageInWords, imageRecipe } from "./images.ts";

it.each([
  [0.9, "of today"],
  [1, "1 day"],
  [59.9, "59 days"],
  [61, "2 months"],
  [729, "23 months"],
  [731, "2 years"],
])("an image of %d days is %s old", (days, words) => {
  expect(ageInWords(days)).toBe(words);
});

it("the scripts and the command mean the same recipe of images", () => {
  const [lib, build] = ["lib", "build-images"].map((name) =>
    readFileSync(join(packageRoot, `scripts/${name}.sh`), "utf8"),
  );
  expect(lib).toContain(`\nIMAGE_RECIPE=${imageRecipe.value}\n`);
  expect(build).toContain(`${imageRecipe.label}=$IMAGE_RECIPE`);
});
