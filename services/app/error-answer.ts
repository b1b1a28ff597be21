/** The status and the JSON of a failed request; `error` is one sentence. */
export interface ErrorAnswer {
  readonly status: number;
  readonly body: { readonly error: string; readonly [more: string]: unknown };
}
