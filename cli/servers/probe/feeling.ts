/** How a service feels to somebody who uses it. */
export interface Feeling {
  /** It answers requests. */
  answers: boolean;
  /** A name for this life of the process (boot id, Redis run_id); unknown while it does not answer. */
  life: string | undefined;
  says: string;
  /** All that it says of itself, where its kind says so much (Redis `INFO`), while it answers. */
  info?: Readonly<Record<string, string>>;
}
