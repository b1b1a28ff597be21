/** Writes what each session store says of itself to the file that argv names, as JSON, ordered by id: the CLI's theory reads it. */
import { writeFileSync } from "node:fs";
import { loadStoreFiles } from "./store-files.ts";

const file = process.argv[2];
if (file === undefined) throw new Error("usage: catalogue FILE");

loadStoreFiles().then((stores) => {
  const facts = [...stores].map(([id, { open: _, ...facts }]) => ({ id, ...facts }));
  writeFileSync(file, `${JSON.stringify(facts, null, 2)}\n`);
});
