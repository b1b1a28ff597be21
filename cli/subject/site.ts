import type { Answer, OperationKind, Outcome } from "../history/events.ts";

/** Who a virtual user is; the nonce is what nobody else can know. */
export interface Identity {
  user: string;
  nonce: string;
}

/** What an operation has to say besides who one is. */
export interface Details {
  /** Id of the item to add, for `add-item`. */
  item?: string | undefined;
  /** For `log-in`: end the session when it was not used for so long. */
  idleSeconds?: number | undefined;
}

/** The HTTP answer to an operation, understood. */
export interface Understood {
  outcome: Outcome;
  answer: Answer;
  server?: string;
  boot?: string;
  cart?: string[];
  cartVersion?: number;
  status?: number;
  reason?: string;
  degraded?: true;
}

export interface SiteRequest {
  method: "GET" | "POST";
  path: string;
  headers?: Record<string, string>;
  body?: string;
}

/** An answer, or why there was none. `sent: false` means that the request certainly never left. */
export type SiteReply =
  | { answered: true; status: number; headers: Record<string, string | string[] | undefined>; body: string }
  | { answered: false; sent: boolean; reason: string };

/** What a site may use of a virtual user's browser: it sends what it is given, with its cookies, from its address. */
export interface Browser {
  send(request: SiteRequest): Promise<SiteReply>;
}

/** How one logs in, shops and asks who one is, over HTTP. */
export interface Site {
  /** What can be done there; `log-in` and `who-am-i` at least. */
  readonly offers: readonly OperationKind[];
  /** Performs one operation, with one request or several. */
  perform(kind: OperationKind, who: Identity, browser: Browser, details?: Details): Promise<Understood>;
}

/** A way to one single app server, past every balancer. */
export interface Door {
  /** Where to send a request that is meant for this app server and this session store. */
  to(place: { appServer: string; store: string }): { origin: string; host: string };
}
