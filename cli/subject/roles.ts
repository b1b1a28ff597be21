/**
 * What a service is in a subject: a `balancer` chooses the app server of a request; an `app-server` serves it; a `store` holds sessions
 * for several of them; a `watcher` holds nothing and decides which store server takes the writes; a `database` holds what is no session.
 */
export type Role = "balancer" | "app-server" | "store" | "watcher" | "database";

/** What is known of a service of a subject, whoever asks. */
export interface ServiceFacts {
  /** As the deployment names it, e.g. the name of a Compose service. */
  name: string;
  role: Role;
  /** Which program it is, where something is to be done to it or read from it, e.g. `nginx`, `redis`. */
  kind?: string;
  /** The machine that it runs on, where there are several. */
  machine?: string;
  /** An app server in no list until a fault puts it in. */
  spare?: true;
}

/** The names of the services of a role, spare ones left out, in their order. */
export function named(services: readonly ServiceFacts[], role: Role): string[] {
  return services.filter((service) => service.role === role && !service.spare).map(({ name }) => name);
}

/** The names of the app servers that are in no list until a fault puts them in. */
export function sparesAmong(services: readonly ServiceFacts[]): string[] {
  return services.filter(({ spare }) => spare).map(({ name }) => name);
}

/** The facts of the service of this name; undefined where the subject has none. */
export function factsOf(services: readonly ServiceFacts[], name: string): ServiceFacts | undefined {
  return services.find((service) => service.name === name);
}
