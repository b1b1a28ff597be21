import { type PageOperation, readOperations } from "../html/operation-codec.ts";
import type { PageData, SessionData, TrialData } from "../html/page-data.ts";

/** One session as the page works with it: names instead of numbers, and its operations when somebody wants them. */
export interface Session extends Omit<SessionData, "architecture" | "home" | "because" | "evidence" | "bytes"> {
  architecture: string;
  /** Name of its home app server, or undefined. */
  home: string | undefined;
  because: string;
  evidence: string;
  operations(): readonly PageOperation[];
}

/** The sessions of a trial, in the order of the data. */
export function sessionsOf(trial: TrialData, { appServers, architectures }: PageData): Session[] {
  const bytes = Uint8Array.from(atob(trial.operations), (character) => character.charCodeAt(0));
  let from = 0;
  return trial.sessions.map((session) => {
    const own = bytes.subarray(from, from + session.bytes);
    from += session.bytes;
    let operations: PageOperation[] | undefined;
    return {
      ...session,
      architecture: architectures[session.architecture] ?? "unknown",
      home: appServers[session.home],
      because: trial.texts[session.because] ?? "",
      evidence: trial.texts[session.evidence] ?? "",
      operations() {
        operations ??= readOperations(own);
        return operations;
      },
    };
  });
}
