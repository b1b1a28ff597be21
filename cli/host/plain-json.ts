/**
 * JSON from a file of the lab's own, which anybody could have put there: what it says is shown, and no program of the lab writes
 * characters that would move the cursor, hide text or turn it round.
 *
 * @throws TypeError that quotes nothing of it
 */
export function parsePlainJson(text: string): unknown {
  try {
    return JSON.parse(text, (_, value: unknown) => {
      if (typeof value === "string" && control.test(value)) throw new TypeError("it has control characters");
      return value;
    });
  } catch (error) {
    if (error instanceof TypeError) throw error;
    throw new TypeError("it is not JSON");
  }
}

const control = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;
