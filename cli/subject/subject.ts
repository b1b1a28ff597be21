import type { Architecture } from "../theory/architectures.ts";
import type { Deployment } from "./deployment.ts";
import type { ServiceFacts } from "./roles.ts";
import type { Door, Site } from "./site.ts";

/** The system under test, as everybody who breaks, asks and draws it knows it. */
export interface Subject {
  readonly id: string;
  readonly services: readonly ServiceFacts[];
  readonly architectures: readonly Architecture[];
  readonly site: Site;
  /** Without one, lost and orphaned sessions cannot be told apart. */
  readonly door?: Door;
  readonly deployment: Deployment;
}
