/** A document as it is printed by `--json`: pure ASCII where a terminal could be misled, otherwise as it is. */
export function jsonReport(document: object): string {
  return `${JSON.stringify(document, null, 2).replace(misleading, escaped)}\n`;
}

/** The same on one line. */
export function jsonLine(document: object): string {
  return `${JSON.stringify(document).replace(misleading, escaped)}\n`;
}

/** JSON leaves these as they are inside strings: DEL and C1 controls, formatting characters, line separators. */
const misleading = /[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** The same character as JSON's own escapes, one for each UTF-16 unit. */
function escaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((unit) => `\\u${character.charCodeAt(unit).toString(16).padStart(4, "0")}`)
    .join("");
}
