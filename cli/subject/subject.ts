import type { ServiceFacts } from "../history/services.ts";
import type { Architecture } from "../theory/architectures.ts";
import type { Deployment } from "./deployment.ts";
import type { Door, Site } from "./site.ts";

/** The system under test, as everybody who breaks, asks and draws it knows it. */
export interface Subject {
  readonly id: string;
  readonly services: readonly ServiceFacts[];
  readonly architectures: readonly Architecture[];
  readonly site: Site;
  /** Where the balancer of a policy is asked, e.g. `http://127.0.0.1:8080`. */
  readonly originOf: (policy: string) => string;
  /** Without one, lost and orphaned sessions cannot be told apart. */
  readonly door?: Door;
  readonly deployment: Deployment;
}
