/** A word for a POSIX shell: as it is where nothing in it has a meaning there, in single quotes otherwise. */
export function shellWord(word: string): string {
  return /^[\w.][\w.-]*$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
