import type { HistoryEvent, OperationEvent } from "./events.ts";

/**
 * How much a history may tell of what a judge has to remember. Several times what the lab has ever written (100,000 users, a dozen
 * faults), and little enough that a file from a stranger takes neither the memory nor the evening of whoever looks into it. How many
 * operations there are does not matter: of these only counts are kept.
 */
const most: Readonly<Record<Exclude<HistoryEvent["type"], "run" | "operation">, number>> = {
  user: 500_000,
  expectation: 500_000,
  change: 500_000,
  step: 10_000,
  fault: 1_000,
  settled: 1_000,
  measure: 10_000,
  "store-seen": 10_000,
  alert: 10_000,
  failover: 10_000,
  disturbance: 1_000,
  leftover: 1_000,
  end: 10,
};

/** Users of a run, in all: a run of more would leave a history that nobody could read. */
export const mostUsers = 400_000;

/** Each session is compared with each fault. */
const mostUsersTimesFaults = 5_000_000;

/** Of the lines that a judge remembers, all but operations and steps: some 500 for each of 500,000 users. */
const mostCharacters = 256_000_000;

/** App servers that answered, and their lives (`boot`) in all. */
const mostServers = 200;
const mostLives = 1_000;

/** Holds a history to its limits, event by event. */
export class Limits {
  readonly #seen = new Map<HistoryEvent["type"], number>();
  #characters = 0;
  #users = 0;
  #injections = 0;
  readonly #lives = new Map<string, Set<string>>();
  #countOfLives = 0;

  /**
   * Counts one event in.
   *
   * @param length of its line
   * @returns what no run has, as it goes on after "line 7"; undefined when all is well
   */
  passed(event: HistoryEvent, length: number): string | undefined {
    if (event.type === "operation") return this.#passedByServers(event);
    if (event.type === "run") return undefined;
    const seen = (this.#seen.get(event.type) ?? 0) + 1;
    this.#seen.set(event.type, seen);
    if (seen > most[event.type]) return `is the ${seen}th "${event.type}" event; no run has so many`;
    if (event.type !== "step") this.#characters += length;
    if (this.#characters > mostCharacters) return `is one too many: all but requests take ${mostCharacters} characters`;
    if (event.type === "user") this.#users += 1;
    if (event.type === "fault" && event.state === "injecting") this.#injections += 1;
    if (this.#users * this.#injections > mostUsersTimesFaults)
      return `comes to ${this.#injections} faults for ${this.#users} users; no run has so many of both`;
    return undefined;
  }

  #passedByServers({ server, boot }: OperationEvent): string | undefined {
    if (server === undefined) return undefined;
    let lives = this.#lives.get(server);
    if (!lives) {
      if (this.#lives.size >= mostServers) return `names one more than ${mostServers} app servers; no run has so many`;
      lives = new Set();
      this.#lives.set(server, lives);
    }
    if (boot === undefined || lives.has(boot)) return undefined;
    lives.add(boot);
    this.#countOfLives += 1;
    return this.#countOfLives > mostLives
      ? `is from one more than ${mostLives} lives of app servers; no run has so many`
      : undefined;
  }
}
