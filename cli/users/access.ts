import type { Door, Site } from "../subject/site.ts";
import type { Transport } from "./transport.ts";

/** All by which a subject is reached over HTTP. */
export interface Access {
  site: Site;
  transport: Transport;
  /** Where the balancer of a policy is asked, e.g. `http://127.0.0.1:8080`. */
  originOf: (policy: string) => string;
  door: Door;
}
