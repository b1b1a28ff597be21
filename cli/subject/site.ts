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
  headers: Record<string, string>;
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

/** Where a request goes: the origin to connect to, e.g. `http://127.0.0.1:8080`, and the host name to ask for there. */
export interface Address {
  origin: string;
  host: string;
}

/** One app server, and the session store that it is to use. */
export interface Place {
  appServer: string;
  store: string;
}

/** What an app server says of itself and of a session store. */
export interface Health {
  /** The app server itself answered. */
  answers: boolean;
  /** It reaches the store. */
  isWell: boolean;
  /** A name for this life of its process. */
  boot?: string;
  /** How many sessions it sees there; null where it does not say, or nobody can know. */
  sessions: number | null;
  /** The answer in a few words, e.g. `status 503`. */
  says: string;
}

/** A way to one single app server, past every balancer. */
export interface Door {
  /** Where to send a request that is meant for this app server and this store. @throws LabError (`door-closed`) where the door is not there */
  to(place: Place): Promise<Address>;
  /** Asks an app server how it is, and whether it reaches a store; over a connection of its own unless told. */
  ask(place: Place, options?: { connection?: "kept" | "fresh" }): Promise<Health>;
}
