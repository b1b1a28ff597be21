/**
 * What can become of a session. The order is the order of judging: the first that matches is the fate.
 */
export const fates = {
  crossed: "some answer showed another user's session",
  "not-judged":
    "there was no sound baseline, the fault was not confirmed, somebody else disturbed it, there were too few definitive final answers, or nobody answered and the lab had not settled",
  unreachable: "no definitive answer in the final reads",
  unstable: "logged in here, anonymous there: the answers disagree",
  orphaned: "the session is alive, but its user cannot get back to it",
  lost: "the user is anonymous, and so is anybody else who brings the session's cookies",
  resurrected: "an acknowledged logout was undone, or a copy of the cookies from before it still works",
  degraded: "the identity is right, but the app answers from a fallback without session data",
  "rolled-back": "the identity is right, but something acknowledged is missing",
  survived: "everything acknowledged is there",
} as const;

export type Fate = keyof typeof fates;

export function isFate(word: string): word is Fate {
  return Object.hasOwn(fates, word);
}
