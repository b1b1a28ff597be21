import type { OperationKind } from "../../history/events.ts";

/** What one can have a user do, as it is typed; `cookies` asks the site nothing and only looks. */
export const userActions = {
  login: "log-in",
  whoami: "who-am-i",
  add: "add-item",
  logout: "log-out",
  cookies: null,
} as const satisfies Record<string, OperationKind | null>;

export type UserAction = keyof typeof userActions;

export function isUserAction(word: string): word is UserAction {
  return Object.hasOwn(userActions, word);
}
