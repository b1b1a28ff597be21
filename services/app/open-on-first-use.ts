import type { OpenStore } from "./store.ts";

/** A store that is opened by the first who wants something of it. */
export function openOnFirstUse(open: () => Promise<OpenStore>): OpenStore {
  let opening: Promise<OpenStore> | undefined;
  const opened = () => {
    opening ??= open();
    return opening;
  };
  return {
    sessionOf: async (request, response) => (await opened()).sessionOf(request, response),
    countSessions: async () => (await opened()).countSessions(),
    close: async () => (await opening)?.close(),
  };
}
